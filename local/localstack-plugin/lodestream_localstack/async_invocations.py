"""Asynchronous invocations: one each, for as long as the function may run.

LocalStack waits 60 s for the answer of an asynchronous invocation, as its client does for anything, and then invokes
the function again beside the first.
"""

from botocore.config import Config
from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation import event_manager

LONGEST_SECONDS = 900 + 60
"""A function runs for 15 minutes at most, and may wait for its environment before."""


class PatientPoller(event_manager.Poller):
    """Hands asynchronous events over, and waits for what becomes of them."""

    def __init__(self, version_manager, event_queue_url: str) -> None:
        super().__init__(version_manager, event_queue_url)
        function = version_manager.function_version.id
        self.lambda_client = connect_to(
            aws_access_key_id=function.account,
            region_name=function.region,
            config=Config(read_timeout=LONGEST_SECONDS, retries={"total_max_attempts": 1}),
        ).lambda_


def register() -> None:
    """Takes the place of LocalStack's own for every function."""
    event_manager.Poller = PatientPoller
