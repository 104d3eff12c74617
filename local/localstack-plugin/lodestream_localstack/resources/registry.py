"""Puts our resource providers before LocalStack's, and the accepted types beside them."""

from localstack.services.cloudformation.engine.v2.change_set_resource_support_checker import (
    ChangeSetResourceSupportChecker,
)
from localstack.services.cloudformation.resource_provider import (
    ProgressEvent,
    ResourceProvider,
    ResourceProviderExecutor,
    ResourceRequest,
)
from localstack.utils.catalog.common import (
    CloudFormationResourcesSupportAtRuntime,
    CloudFormationResourcesSupportInLatest,
)

from lodestream_localstack.first_use import on_first_use
from lodestream_localstack.resources import (
    athena,
    elasticache,
    emptied_bucket,
    firehose,
    glue,
    kinesis,
    msk,
    scheduler,
    schema_registry,
    upserted,
)
from lodestream_localstack.resources.accepted import ACCEPTED
from lodestream_localstack.resources.provider import Provider, digest, done

PROVIDED: dict[str, type[ResourceProvider]] = {
    provider.TYPE: provider
    for provider in (
        msk.Cluster,
        msk.Configuration,
        msk.Topic,
        elasticache.ServerlessCache,
        elasticache.User,
        elasticache.UserGroup,
        glue.Database,
        glue.Table,
        glue.Job,
        schema_registry.Registry,
        schema_registry.Schema,
        schema_registry.SchemaVersion,
        athena.WorkGroup,
        firehose.DeliveryStream,
        kinesis.Stream,
        scheduler.Schedule,
        emptied_bucket.EmptiedBucket,
        upserted.Rule,
        upserted.Alarm,
        upserted.BucketPolicy,
    )
}


class Accepted(Provider):
    """A resource without effect."""

    SCHEMA = {"primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"]}

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Id"] = f"accepted-{digest(request)[:16]}"
        return done(model)


def provider_for(resource_type: str) -> type[ResourceProvider] | None:
    """Our provider of a CloudFormation type, or None where it is LocalStack's business."""
    if resource_type in ACCEPTED:
        return Accepted
    return PROVIDED.get(resource_type)


def mend_deployments() -> None:
    from lodestream_localstack.resources import outputs, replacement

    outputs.register()
    replacement.register()


def register() -> None:
    """Makes CloudFormation use these. Call before LocalStack's main."""
    theirs = ResourceProviderExecutor.try_load_resource_provider

    def load(resource_type: str) -> ResourceProvider | None:
        ours = provider_for(resource_type)
        return ours() if ours else theirs(resource_type)

    def status(checker: ChangeSetResourceSupportChecker, resource_type: str):
        # LocalStack asks a catalogue that it fetches from the internet. What counts is whether a provider loads.
        del checker
        if load(resource_type):
            return CloudFormationResourcesSupportAtRuntime.AVAILABLE
        return CloudFormationResourcesSupportInLatest.NOT_SUPPORTED

    ResourceProviderExecutor.try_load_resource_provider = staticmethod(load)
    ChangeSetResourceSupportChecker._resource_support_status = status
    on_first_use("cloudformation", mend_deployments)
