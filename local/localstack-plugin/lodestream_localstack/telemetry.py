"""Carries functions' logs and counts to CloudWatch in batches.

LocalStack writes logs and metrics once an invocation, in threads of their own. At a thousand invocations a second that
is most of the work, so here both are gathered and sent once a second.
"""

import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from localstack.aws.connect import connect_to
from localstack.constants import DEFAULT_AWS_ACCOUNT_ID
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.utils.cloudwatch.cloudwatch_util import publish_lambda_metric

LOG = logging.getLogger(__name__)
REGION = "us-east-1"
PERIOD_SECONDS = 1.0
LARGEST_BATCH = 1_000_000
"""Bytes: PutLogEvents takes 1 MiB, 26 bytes an event included."""
MOST_EVENTS = 10_000
_ERROR_PREFIX = "record-cloudwatch-metric-error-"
_PREFIX = "record-cloudwatch-metric-"


@dataclass
class _Followed:
    group: str
    stream: str
    position: int


_followed: dict[Path, _Followed] = {}
_counts: Counter[tuple[str, bool]] = Counter()
_lock = threading.Lock()


def replace_per_invocation_records() -> None:
    """Gathers LocalStack's records of each invocation instead. Call before LocalStack's main."""
    start_thread = version_manager.start_thread

    def gather(method, *args, name: str | None = None, **kwargs):
        if not name or not name.startswith(_PREFIX):
            return start_thread(method, *args, name=name, **kwargs)
        is_error = name.startswith(_ERROR_PREFIX)
        function = name.removeprefix(_ERROR_PREFIX if is_error else _PREFIX).rpartition(":")[0]
        with _lock:
            _counts[function, is_error] += 1
        return None

    version_manager.start_thread = gather
    LogHandler.add_logs = lambda self, log_item: None
    LogHandler.start_subscriber = lambda self: None
    threading.Thread(target=_send_for_ever, name="lodestream-telemetry", daemon=True).start()


def follow(log: Path, group: str, stream: str) -> None:
    """Sends what is appended to `log` from now on to CloudWatch Logs."""
    with _lock:
        if log not in _followed:
            _followed[log] = _Followed(group, stream, log.stat().st_size if log.exists() else 0)


def _send_for_ever() -> None:
    while True:
        time.sleep(PERIOD_SECONDS)
        try:
            _send_counts()
            for log, followed in list(_followed.items()):
                _send_log(log, followed)
        except Exception:
            LOG.exception("logs or counts of functions were not sent")


def _send_counts() -> None:
    with _lock:
        counts = dict(_counts)
        _counts.clear()
    for (function, is_error), count in counts.items():
        for metric in ("Invocations", "Errors") if is_error else ("Invocations",):
            publish_lambda_metric(
                metric, count, {"func_name": function}, region_name=REGION, account_id=DEFAULT_AWS_ACCOUNT_ID
            )


def _send_log(log: Path, followed: _Followed) -> None:
    if not log.exists() or log.stat().st_size <= followed.position:
        return
    with log.open("rb") as file:
        file.seek(followed.position)
        batch = file.read(LARGEST_BATCH)
    whole = batch[: batch.rfind(b"\n") + 1] or (batch if len(batch) == LARGEST_BATCH else b"")
    followed.position += len(whole)
    lines = [line for line in whole.decode(errors="replace").splitlines() if line]
    now = int(time.time() * 1000)
    client = connect_to(region_name=REGION).logs
    for start in range(0, len(lines), MOST_EVENTS):
        events = [{"timestamp": now, "message": line} for line in lines[start : start + MOST_EVENTS]]
        _put(client, followed, events)


def _put(client, followed: _Followed, events: list[dict]) -> None:
    where = {"logGroupName": followed.group, "logStreamName": followed.stream}
    try:
        client.put_log_events(**where, logEvents=events)
    except client.exceptions.ResourceNotFoundException:
        try:
            client.create_log_group(logGroupName=followed.group)
        except client.exceptions.ResourceAlreadyExistsException:
            LOG.debug("the log group %s is there already", followed.group)
        client.create_log_stream(**where)
        client.put_log_events(**where, logEvents=events)
