"""Statistics of columns, of a table or of one of its partitions; and functions of users, of which there are none."""

from collections.abc import Callable

from lodestream_glue.catalogue.store import backend, folded, named_table, own_catalogue
from lodestream_glue.refusals import at_most, missing, needed

type Key = tuple[str, str, tuple[str, ...] | None]
"""Database, table, and a partition's values."""

kept: dict[Key, dict[str, dict]] = {}
"""What is known of each, by column."""


def forget(database: str, table: str, partition: list[str] | None = None) -> None:
    """Forgets what is known of a partition; without one, of the table and all its partitions."""
    gone = [key for key in kept if key[:2] == (database, table) and (partition is None or key[2] == tuple(partition))]
    for key in gone:
        del kept[key]


def _get(of: Callable[[dict], Key]) -> Callable[[dict], dict]:
    def answer(request: dict) -> dict:
        known = kept.get(of(request), {})
        names = at_most(100, needed(request, "ColumnNames"), "ColumnNames")
        return {
            "ColumnStatisticsList": [known[name] for name in names if name in known],
            "Errors": [_unknown(name) for name in names if name not in known],
        }

    return answer


def _update(of: Callable[[dict], Key]) -> Callable[[dict], dict]:
    def answer(request: dict) -> dict:
        given = at_most(25, needed(request, "ColumnStatisticsList"), "ColumnStatisticsList")
        kept.setdefault(of(request), {}).update({column["ColumnName"]: column for column in given})
        return {"Errors": []}

    return answer


def _delete(of: Callable[[dict], Key]) -> Callable[[dict], dict]:
    def answer(request: dict) -> dict:
        # A column without statistics is no error here: Trino, told that there are none, takes the table for missing.
        kept.get(of(request), {}).pop(needed(request, "ColumnName"), None)
        return {}

    return answer


def _of_table(request: dict) -> Key:
    table = named_table(request)
    return table.database_name, table.name, None


def _of_partition(request: dict) -> Key:
    table, values = named_table(request), needed(request, "PartitionValues")
    table.get_partition(values)
    return table.database_name, table.name, tuple(values)


def _unknown(column: str) -> dict:
    detail = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Column {column} has no statistics."}
    return {"ColumnName": column, "Error": detail}


def get_user_defined_functions(request: dict) -> dict:
    own_catalogue(request)
    if request.get("DatabaseName"):
        backend.get_database(folded(request, "DatabaseName"))
    return {"UserDefinedFunctions": []}


def get_user_defined_function(request: dict) -> dict:
    own_catalogue(request)
    backend.get_database(folded(request, "DatabaseName"))
    raise missing(f"Function {needed(request, 'FunctionName')} not found.")


OPERATIONS = {
    "GetColumnStatisticsForTable": _get(_of_table),
    "UpdateColumnStatisticsForTable": _update(_of_table),
    "DeleteColumnStatisticsForTable": _delete(_of_table),
    "GetColumnStatisticsForPartition": _get(_of_partition),
    "UpdateColumnStatisticsForPartition": _update(_of_partition),
    "DeleteColumnStatisticsForPartition": _delete(_of_partition),
    "GetUserDefinedFunctions": get_user_defined_functions,
    "GetUserDefinedFunction": get_user_defined_function,
}
