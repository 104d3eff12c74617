"""Partitions, which exist only where someone registered them: projection is a matter of Athena's alone."""

from collections.abc import Callable

from moto.glue.models import FakePartition, FakeTable

from lodestream_glue.catalogue import statistics
from lodestream_glue.catalogue.expression import parse
from lodestream_glue.catalogue.store import backend, named_table
from lodestream_glue.pages import page
from lodestream_glue.refusals import at_most, invalid, needed


def create_partition(request: dict) -> dict:
    table, partition = named_table(request), needed(request, "PartitionInput")
    table.create_partition(_fitting(table, partition))
    return {}


def batch_create_partition(request: dict) -> dict:
    return _batch(backend.batch_create_partition, request, "PartitionInputList", 100, lambda item: item)


def get_partition(request: dict) -> dict:
    return {"Partition": named_table(request).get_partition(needed(request, "PartitionValues")).as_dict()}


def get_partitions(request: dict) -> dict:
    """The partitions that fulfil Expression; of a Segment its share, so that all segments have each one once."""
    table = named_table(request)
    found = [partition.as_dict() for partition in _meant(table, request.get("Expression"))]
    if request.get("ExcludeColumnSchema"):
        found = [_without_columns(partition) for partition in found]
    segment = request.get("Segment")
    if segment:
        number, total = segment["SegmentNumber"], segment["TotalSegments"]
        if not (1 <= total <= 10 and 0 <= number < total):
            raise invalid(f"Segment {number} of {total} does not exist: there are 1 to 10, numbered from 0.")
        found = found[number::total]
    return page(request, found, "Partitions", most=1000)


def batch_get_partition(request: dict) -> dict:
    table, wanted = named_table(request), at_most(1000, needed(request, "PartitionsToGet"), "PartitionsToGet")
    found = backend.batch_get_partition(table.database_name, table.name, wanted)
    return {"Partitions": found, "UnprocessedKeys": []}


def update_partition(request: dict) -> dict:
    table, values = named_table(request), needed(request, "PartitionValueList")
    table.update_partition(values, _fitting(table, needed(request, "PartitionInput")))
    return {}


def batch_update_partition(request: dict) -> dict:
    return _batch(backend.batch_update_partition, request, "Entries", 100, lambda item: item["PartitionInput"])


def delete_partition(request: dict) -> dict:
    table, values = named_table(request), needed(request, "PartitionValues")
    table.delete_partition(values)
    statistics.forget(table.database_name, table.name, values)
    return {}


def batch_delete_partition(request: dict) -> dict:
    answer = _batch(backend.batch_delete_partition, request, "PartitionsToDelete", 25, lambda item: item)
    table = named_table(request)
    for item in request["PartitionsToDelete"]:
        statistics.forget(table.database_name, table.name, item["Values"])
    return answer


def _batch(
    work: Callable[[str, str, list], list], request: dict, field: str, most: int, partition_of: Callable[[dict], dict]
) -> dict:
    table, items = named_table(request), at_most(most, needed(request, field), field)
    for item in items:
        _fitting(table, partition_of(item))
    return {"Errors": work(table.database_name, table.name, items)}


def _meant(table: FakeTable, expression: str | None) -> list[FakePartition]:
    """All partitions where there is no expression, in the order of their values as Glue lists them."""
    partitions = sorted(table.partitions.values(), key=lambda partition: partition.values)
    if expression is None or not expression.strip():
        return partitions
    test = parse(expression, _keys(table))
    return [partition for partition in partitions if test(partition.values)]


def _keys(table: FakeTable) -> list[dict]:
    return table.get_version(str(table._current_version)).get("PartitionKeys") or []


def _fitting(table: FakeTable, partition: dict) -> dict:
    if len(_keys(table)) != len(partition.get("Values") or []):
        raise invalid("The number of partition keys do not match the number of partition values")
    return partition


def _without_columns(partition: dict) -> dict:
    storage = partition.get("StorageDescriptor")
    if not storage:
        return partition
    return {**partition, "StorageDescriptor": {name: it for name, it in storage.items() if name != "Columns"}}


OPERATIONS = {
    "CreatePartition": create_partition,
    "BatchCreatePartition": batch_create_partition,
    "GetPartition": get_partition,
    "GetPartitions": get_partitions,
    "BatchGetPartition": batch_get_partition,
    "UpdatePartition": update_partition,
    "BatchUpdatePartition": batch_update_partition,
    "DeletePartition": delete_partition,
    "BatchDeletePartition": batch_delete_partition,
}
