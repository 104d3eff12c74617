"""Kinesis streams. They outlive LocalStack, as topics do: one that is there already is taken as it is."""

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, arn, done, explained, failed, generated_name, is_code

HOURS = 24
"""How long Kinesis keeps records unless told otherwise."""


class Stream(Provider):
    TYPE = "AWS::Kinesis::Stream"
    SCHEMA = {
        "primaryIdentifier": ["/properties/Name"],
        "createOnlyProperties": ["/properties/Name"],
        "readOnlyProperties": ["/properties/Arn"],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Name"] = model.get("Name") or generated_name(request)[:128]
        model["Arn"] = arn(request, "kinesis", f"stream/{model['Name']}")
        shards = int(model.get("ShardCount", 1))
        mode = model.get("StreamModeDetails") or {"StreamMode": "PROVISIONED"}
        try:
            request.aws_client_factory.kinesis.create_stream(
                StreamName=model["Name"], ShardCount=shards, StreamModeDetails=mode
            )
        except ClientError as error:
            if not is_code(error, "ResourceInUseException"):
                raise
        return self._make_so(request, model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        return self._make_so(request, {**request.previous_state, **request.desired_state})

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        try:
            request.aws_client_factory.kinesis.delete_stream(StreamName=model["Name"], EnforceConsumerDeletion=True)
        except ClientError as error:
            if not is_code(error, "ResourceNotFoundException"):
                raise
        return done(model)

    def _make_so(self, request: ResourceRequest, model: dict) -> ProgressEvent:
        kinesis = request.aws_client_factory.kinesis
        name = model["Name"]
        now = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        if now["OpenShardCount"] != int(model.get("ShardCount", 1)):
            return failed(
                f"{name} has {now['OpenShardCount']} shards and cannot be given {model['ShardCount']} here, "
                "since shards are partitions: lodestream down --delete-data, then lodestream up."
            )
        hours = int(model.get("RetentionPeriodHours", HOURS))
        if hours > now["RetentionPeriodHours"]:
            kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)
        if hours < now["RetentionPeriodHours"]:
            kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)
        encryption = model.get("StreamEncryption")
        if encryption:
            kinesis.start_stream_encryption(StreamName=name, **encryption)
        tags = {tag["Key"]: tag["Value"] for tag in model.get("Tags") or []}
        if tags:
            kinesis.add_tags_to_stream(StreamName=name, Tags=tags)
        return done(model)
