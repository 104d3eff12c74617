"""Event source mappings of Kafka: LocalStack stores them and keeps their state, the platform's own bridge polls."""

from localstack.services.lambda_ import hooks
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
from localstack.services.lambda_.event_source_mapping.pollers.poller import EmptyPollResultsException, Poller

_create_event_source_poller = hooks.create_event_source_poller


class BridgedPoller(Poller):
    """A poller that never has anything: the bridge finds the mapping by ListEventSourceMappings and does the work."""

    def __init__(self, arn: str | None = None, client=None, processor=None) -> None:
        # Poller's own asks AWS for a client of the source, which LocalStack does not have.
        self.source_arn = arn
        self.source_client = client
        self.processor = processor
        self.filter_patterns = []

    def event_source(self) -> str:
        return "aws:kafka"

    def poll_events(self) -> None:
        raise EmptyPollResultsException(service="kafka", source_arn=self.source_arn or "")

    def close(self) -> None:
        """Holds nothing."""


def let_only_the_newest_worker_speak() -> None:
    """Keeps an updated mapping enabled: its old worker ends after the new one has begun, and would say disabled."""
    newest: dict[str, EsmWorker] = {}
    create, update = EsmWorker.create, EsmWorker.update_esm_state_in_store

    def created(self: EsmWorker) -> None:
        newest[self.uuid] = self
        create(self)

    def updated(self: EsmWorker, new_state) -> None:
        if newest.get(self.uuid, self) is self:
            update(self, new_state)

    EsmWorker.create = created
    EsmWorker.update_esm_state_in_store = updated


def keep_kafka_mappings() -> None:
    """Lets CloudFormation and the Lambda API keep mappings of Kafka. Call before LocalStack's main."""
    let_only_the_newest_worker_speak()

    class Hook:
        def run(self, holder, service: str, mapping) -> None:
            if service == "kafka":
                holder.create_poller_fn = BridgedPoller
            else:
                _create_event_source_poller.run(holder, service, mapping)

    hooks.create_event_source_poller = Hook()
