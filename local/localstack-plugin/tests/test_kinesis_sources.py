"""Mappings of Kinesis: order, what comes again, and where reading goes on."""

import threading
from types import SimpleNamespace

import pytest
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)

from lodestream_localstack import kinesis_sources
from lodestream_localstack.kinesis_sources import LARGEST_PAYLOAD, Batches, KinesisError, ShardedPoller, ShardReader


def event(number: int, size: int = 10) -> dict:
    return {"kinesis": {"sequenceNumber": str(10**55 + number), "data": "x" * size}}


def numbers(batch: list[dict]) -> list[int]:
    return [int(one["kinesis"]["sequenceNumber"]) - 10**55 for one in batch]


@pytest.fixture
def poller_of(monkeypatch):
    """Makes a poller whose function is given; it keeps the batches that the function was invoked with."""
    monkeypatch.setattr(kinesis_sources, "_pause", lambda failures: 0)

    def make(function, bisects: bool = True) -> ShardedPoller:
        poller = ShardedPoller.__new__(ShardedPoller)
        poller.bisects = bisects
        poller.source_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
        poller._is_shutdown = threading.Event()
        poller._invoking = threading.Lock()
        poller.invoked = []

        def process(batch: list[dict]) -> None:
            poller.invoked.append(numbers(batch))
            function(numbers(batch))

        poller.processor = SimpleNamespace(process_events_batch=process)
        return poller

    return make


def test_what_a_function_names_as_failed_comes_again_from_the_lowest_number_on(poller_of):
    failing = [3, 1]

    def function(batch: list[int]) -> None:
        named = [number for number in failing if number in batch]
        failing.clear()
        if named:
            payload = {"batchItemFailures": [{"itemIdentifier": str(10**55 + number)} for number in named]}
            raise PartialBatchFailureError(partial_failure_payload=payload)

    poller = poller_of(function)
    assert poller.deliver([event(number) for number in range(5)])
    assert poller.invoked == [[0, 1, 2, 3, 4], [1, 2, 3, 4]]


def test_a_name_that_is_none_of_the_batch_fails_all_of_it(poller_of):
    answers = [{"batchItemFailures": [{"itemIdentifier": "17"}]}]

    def function(batch: list[int]) -> None:
        if answers:
            raise PartialBatchFailureError(partial_failure_payload=answers.pop())

    poller = poller_of(function)
    assert poller.deliver([event(1), event(2)])
    assert poller.invoked == [[1, 2], [1, 2]]


def test_a_batch_that_fails_whole_is_halved_in_order_until_what_fails_stands_alone(poller_of):
    taken, poisoned = [], [2]

    def function(batch: list[int]) -> None:
        if poisoned and poisoned[0] in batch:
            if len(batch) == 1:
                poisoned.clear()
            raise BatchFailureError(error={})
        taken.extend(batch)

    assert poller_of(function).deliver([event(number) for number in range(5)])
    assert taken == [0, 1, 2, 3, 4]


def test_without_bisecting_a_batch_comes_again_whole(poller_of):
    failures = [BatchFailureError(error={})]

    def function(batch: list[int]) -> None:
        if failures:
            raise failures.pop()

    poller = poller_of(function, bisects=False)
    assert poller.deliver([event(1), event(2)])
    assert poller.invoked == [[1, 2], [1, 2]]


def test_a_poller_that_is_closed_has_not_delivered_what_still_fails(poller_of):
    def function(batch: list[int]) -> None:
        poller.close()
        raise ConnectionError("no answer")

    poller = poller_of(function)
    assert not poller.deliver([event(1)])


def test_a_batch_is_due_when_it_is_full_too_large_or_old_enough():
    batches = Batches(size=3, window=1.0)
    batches.add([event(1), event(2)], now=10.0)
    assert not batches.due(10.9)
    assert batches.due(11.0)
    batches.add([event(3)], now=10.5)
    assert batches.due(10.5)
    assert [numbers(part) for part in batches.take()] == [[1, 2, 3]]
    assert not batches.due(99.0)
    batches.add([event(4, LARGEST_PAYLOAD)], now=100.0)
    assert batches.due(100.0)


def test_one_invocation_gets_no_more_than_its_payload_holds():
    batches = Batches(size=100, window=0)
    batches.add([event(number, 2_000_000) for number in range(5)], now=0.0)
    assert [numbers(part) for part in batches.take()] == [[0, 1], [2, 3], [4]]


class ScriptedShard:
    """A shard of numbered records, whose iterators are places. After `expire` the next read finds its own too old."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.expire = False

    def ask(self, operation: str, body: dict) -> dict:
        if operation == "GetShardIterator":
            after = body.get("StartingSequenceNumber")
            return {"ShardIterator": str(int(after) + 1 if after else 0)}
        if self.expire:
            self.expire = False
            raise KinesisError("ExpiredIteratorException", "too old")
        begin = int(body["ShardIterator"])
        end = min(self.count, begin + body["Limit"])
        records = [{"SequenceNumber": str(number)} for number in range(begin, end)]
        return {"Records": records, "NextShardIterator": str(end), "MillisBehindLatest": 0 if end == self.count else 5}


def read(reader: ShardReader, limit: int) -> list[int]:
    return [int(record["SequenceNumber"]) for record in reader.read(limit)[0]]


def test_an_iterator_that_expired_is_replaced_by_one_after_the_last_record():
    shard = ScriptedShard(5)
    reader = ShardReader(shard, "s", "shardId-000000000000", "TRIM_HORIZON")
    assert read(reader, 2) == [0, 1]
    shard.expire = True
    assert read(reader, 2) == [2, 3]


def test_reading_goes_on_after_what_was_delivered():
    assert read(ShardReader(ScriptedShard(5), "s", "shardId-000000000000", "TRIM_HORIZON", after="2"), 10) == [3, 4]
