"""Event source mappings of Kinesis: polled shard by shard, in order, and nothing left behind.

LocalStack's own poller reads a mapping's shards one after the other, one a second, and forgets where it was: an
iterator that expired sends every shard back to its beginning, a batch that fails holds up the other shards, and none is
bisected. Here each shard has a thread, and a sequence number up to which everything is delivered.
"""

import http.client
import json
import logging
import threading
import time
from urllib.parse import urlsplit

from localstack.services.lambda_.event_source_mapping import esm_worker_factory
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller import KinesisPoller
from localstack.services.lambda_.event_source_mapping.pollers.poller import (
    EmptyPollResultsException,
    get_batch_item_failures,
)

from lodestream_localstack import settings

LOG = logging.getLogger(__name__)
REST_SECONDS = 1.0
"""Lambda asks a shard once a second while nothing comes."""
LARGEST_PAYLOAD = 6_000_000
"""Bytes of the events of one invocation; AWS takes 6 MB."""
_EVENT_OVERHEAD = 600
"""Bytes of an event around its data."""
LONGEST_PAUSE_SECONDS = 10.0

_delivered: dict[tuple[str, str], str] = {}
"""By mapping and shard, the number up to which everything is delivered. A mapping that is updated gets a new poller."""


class KinesisError(Exception):
    """What Kinesis refused, by the name of its error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Kinesis:
    """Kinesis's API over one connection, which is opened again where it broke. Data stays in base64. For one thread."""

    def __init__(self, address: str) -> None:
        where = urlsplit(address)
        self._connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)

    def ask(self, operation: str, body: dict) -> dict:
        """@raises KinesisError where it refuses, OSError where it does not answer"""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"Kinesis_20131202.{operation}"}
        try:
            self._connection.request("POST", "/", json.dumps(body), headers)
            response = self._connection.getresponse()
            answer = json.loads(response.read())
        except (http.client.HTTPException, ValueError) as cause:
            self._connection.close()
            raise OSError(f"Kinesis does not answer: {cause}") from cause
        except OSError:
            self._connection.close()
            raise
        if response.status != 200:
            raise KinesisError(answer.get("__type", str(response.status)), answer.get("message", ""))
        return answer


class ShardReader:
    """Reads one shard on and on, from an end of it or after a sequence number."""

    def __init__(self, kinesis: Kinesis, stream: str, shard: str, end: str, after: str | None = None) -> None:
        self._kinesis = kinesis
        self._where = {"StreamName": stream, "ShardId": shard}
        self._start = _after(after) if after else {"ShardIteratorType": end}
        self._iterator: str | None = None

    def read(self, limit: int) -> tuple[list[dict], bool]:
        """Records after those that were read last, and whether there are more. An expired iterator is replaced."""
        try:
            if self._iterator is None:
                self._iterator = self._kinesis.ask("GetShardIterator", {**self._where, **self._start})["ShardIterator"]
            answer = self._kinesis.ask("GetRecords", {"ShardIterator": self._iterator, "Limit": limit})
        except KinesisError as error:
            if error.code != "ExpiredIteratorException":
                raise
            self._iterator = None
            return self.read(limit)
        self._iterator = answer.get("NextShardIterator")
        records = answer["Records"]
        if records:
            self._start = _after(records[-1]["SequenceNumber"])
        return records, answer.get("MillisBehindLatest", 0) > 0


class Batches:
    """Gathers events until there are enough, they are too large together, or the oldest has waited long enough."""

    def __init__(self, size: int, window: float) -> None:
        self._size = size
        self._window = window
        self._events: list[dict] = []
        self._since = 0.0

    def add(self, events: list[dict], now: float) -> None:
        if events and not self._events:
            self._since = now
        self._events += events

    @property
    def room(self) -> int:
        """How many more events make a batch full."""
        return self._size - len(self._events)

    def due(self, now: float) -> bool:
        full = len(self._events) >= self._size or _size_of(self._events) >= LARGEST_PAYLOAD
        return bool(self._events) and (full or now - self._since >= self._window)

    def take(self) -> list[list[dict]]:
        """All of them, in parts that one invocation takes."""
        parts: list[list[dict]] = []
        size = 0
        for event in self._events:
            weight = _size_of([event])
            if not parts or size + weight > LARGEST_PAYLOAD or len(parts[-1]) == self._size:
                parts.append([])
                size = 0
            parts[-1].append(event)
            size += weight
        self._events = []
        return parts


class ShardedPoller(KinesisPoller):
    """The poller of one mapping. It invokes once at a time, as one poller of Kafka does: each at once is a process."""

    bisects = False

    def __init__(self, **options) -> None:
        super().__init__(**options)
        parameters = self.stream_parameters
        refused = {
            "MaximumRetryAttempts": parameters.get("MaximumRetryAttempts", -1) != -1,
            "MaximumRecordAgeInSeconds": parameters.get("MaximumRecordAgeInSeconds", -1) != -1,
            "DestinationConfig": bool(parameters.get("DeadLetterConfig")),
            "FilterCriteria": bool(self.filter_patterns),
            "StartingPosition": parameters["StartingPosition"] not in ("TRIM_HORIZON", "LATEST"),
        }
        names = [name for name, is_set in refused.items() if is_set]
        if names:
            raise ValueError(f"A mapping of Kinesis drops nothing here, and starts at an end: leave out {names}.")
        self._threads: list[threading.Thread] = []
        self._invoking = threading.Lock()

    def poll_events(self) -> None:
        """Starts a thread a shard, at first; they do the work. The worker calls again, ever more seldom."""
        if not self._threads:
            stream = self.source_arn.rpartition("/")[2]
            shards = Kinesis(settings.bridges["kinesis"]).ask("ListShards", {"StreamName": stream})["Shards"]
            self._threads = [
                threading.Thread(
                    target=self._follow,
                    args=(stream, shard["ShardId"]),
                    name=f"{stream}-{shard['ShardId']}",
                    daemon=True,
                )
                for shard in shards
            ]
            for thread in self._threads:
                thread.start()
        raise EmptyPollResultsException(service=self.event_source(), source_arn=self.source_arn)

    def _follow(self, stream: str, shard: str) -> None:
        parameters = self.stream_parameters
        kinesis = Kinesis(settings.bridges["kinesis"])
        place = (self.esm_uuid, shard)
        reader = ShardReader(kinesis, stream, shard, str(parameters["StartingPosition"]), _delivered.get(place))
        batches = Batches(parameters["BatchSize"], parameters.get("MaximumBatchingWindowInSeconds") or 0)
        failures = 0
        while not self._is_shutdown.is_set():
            try:
                records, has_more = reader.read(max(1, batches.room))
                failures = 0
            except Exception as error:
                failures += 1
                LOG.log(
                    logging.DEBUG if failures < 3 else logging.WARNING, "%s %s cannot be read: %s", stream, shard, error
                )
                self._is_shutdown.wait(_pause(failures))
                continue
            batches.add(self.add_source_metadata([event_of(shard, record) for record in records]), time.monotonic())
            if batches.due(time.monotonic()):
                for part in batches.take():
                    if self.deliver(part):
                        _delivered[place] = part[-1]["kinesis"]["sequenceNumber"]
            if not has_more:
                self._is_shutdown.wait(REST_SECONDS)

    def deliver(self, events: list[dict]) -> bool:
        """Invokes the function until it has taken every event, in order: that stops the shard, and no other.

        False where the poller was closed before.
        """
        pending = [events]
        failures = 0
        while pending and not self._is_shutdown.is_set():
            batch = pending[0]
            try:
                with self._invoking:
                    self.processor.process_events_batch(batch)
                pending.pop(0)
                failures = 0
                continue
            except PartialBatchFailureError as error:
                left = _from_first_failed(batch, error.partial_failure_payload)
                failures = 0 if len(left) < len(batch) else failures + 1
                pending[0] = left
            except BatchFailureError as error:
                LOG.debug("%s takes no batch of %d: %s", self.source_arn, len(batch), error)
                failures += 1
                if self.bisects and len(batch) > 1:
                    middle = len(batch) // 2
                    pending[0:1] = [batch[:middle], batch[middle:]]
            except Exception:
                LOG.exception("a batch of %s was not delivered, and will be again", self.source_arn)
                failures += 1
            self._is_shutdown.wait(_pause(failures))
        return not pending


def event_of(shard: str, record: dict) -> dict:
    """A record as Lambda delivers it."""
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": record["SequenceNumber"],
            "data": record["Data"],
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
        },
        "eventID": f"{shard}:{record['SequenceNumber']}",
    }


def register() -> None:
    """Polls mappings of Kinesis by this poller, where the platform runs Kinesis. Call when Lambda is first used."""
    get_worker = esm_worker_factory.EsmWorkerFactory.get_esm_worker

    def worker_that_may_bisect(self):
        worker = get_worker(self)
        if isinstance(worker.poller, ShardedPoller):
            worker.poller.bisects = bool(self.esm_config.get("BisectBatchOnFunctionError"))
        return worker

    esm_worker_factory.KinesisPoller = ShardedPoller
    esm_worker_factory.EsmWorkerFactory.get_esm_worker = worker_that_may_bisect


def _from_first_failed(batch: list[dict], payload: dict) -> list[dict]:
    """What comes again: everything from the lowest number that was named; all where a name is none of the batch's."""
    numbers = [event["kinesis"]["sequenceNumber"] for event in batch]
    named = get_batch_item_failures(payload, set(numbers))
    return batch[numbers.index(min(named, key=int)) :] if named else batch


def _after(sequence: str) -> dict:
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": sequence}


def _pause(failures: int) -> float:
    return min(LONGEST_PAUSE_SECONDS, 0.1 * 2 ** min(failures, 10))


def _size_of(events: list[dict]) -> int:
    return sum(len(event["kinesis"]["data"]) + _EVENT_OVERHEAD for event in events)
