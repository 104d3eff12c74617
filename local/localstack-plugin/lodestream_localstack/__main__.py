"""Starts LocalStack with everything of ours in place. Nothing is installed into it, so every clone can share it."""

from localstack.runtime import main as localstack

from lodestream_localstack import bridged_services, event_sources, gateway, msk_api, node_executor, settings, telemetry
from lodestream_localstack.first_use import on_first_use
from lodestream_localstack.resources import registry
from lodestream_localstack.step_functions import patches


def add_conditional_delete() -> None:
    from lodestream_localstack import s3_conditions

    s3_conditions.register()


def wait_for_async_invocations() -> None:
    from lodestream_localstack import async_invocations

    async_invocations.register()


def poll_kinesis_by_shard() -> None:
    from lodestream_localstack import kinesis_sources

    kinesis_sources.register()


def heed_the_state_of_rules() -> None:
    from lodestream_localstack import scheduled_rules

    scheduled_rules.register()


def main() -> None:
    gateway.listen_on_loopback_only()
    node_executor.register()
    telemetry.replace_per_invocation_records()
    event_sources.keep_kafka_mappings()
    registry.register()
    msk_api.register()
    bridged_services.register()
    on_first_use("stepfunctions", patches.put_in_place)
    on_first_use("s3", add_conditional_delete)
    on_first_use("lambda", wait_for_async_invocations)
    on_first_use("events", heed_the_state_of_rules)
    if "kinesis" in settings.bridges:
        on_first_use("lambda", poll_kinesis_by_shard)
    localstack.main()


if __name__ == "__main__":
    main()
