"""The one call of MSK's own API that a client makes: where the brokers are."""

from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import SERVICE_PLUGINS, Service

from lodestream_localstack import settings


def register() -> None:
    """Answers kafka:GetBootstrapBrokers; every other operation is refused as not implemented."""

    def get_bootstrap_brokers(context, request) -> dict:
        del context, request
        return {"BootstrapBrokerString": settings.kafka}

    skeleton = Skeleton(load_service("kafka"), {"GetBootstrapBrokers": get_bootstrap_brokers})
    SERVICE_PLUGINS.api_provider_specs.setdefault("kafka", ["default"])
    SERVICE_PLUGINS.add_service(Service(name="kafka", skeleton=skeleton))
