"""Firehose's delivery streams, which end in S3."""

import time

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, done, explained, failed, generated_name, is_code

LONGEST_WAIT = 60.0
"""Seconds that a stream may take to become active, or to be gone."""


class DeliveryStream(Provider):
    TYPE = "AWS::KinesisFirehose::DeliveryStream"
    SCHEMA = {
        "primaryIdentifier": ["/properties/DeliveryStreamName"],
        "createOnlyProperties": ["/properties/DeliveryStreamName", "/properties/DeliveryStreamType"],
        "readOnlyProperties": ["/properties/Arn"],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        others = [key for key in model if key.endswith("DestinationConfiguration") and not key.startswith("ExtendedS3")]
        if others:
            return failed(f"delivery streams end in S3 here (ExtendedS3DestinationConfiguration), not {others[0]}")
        model["DeliveryStreamName"] = model.get("DeliveryStreamName") or generated_name(request)[:64]
        firehose = request.aws_client_factory.firehose
        firehose.create_delivery_stream(**model)
        return _active(firehose, model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["DeliveryStreamName"] = request.previous_state["DeliveryStreamName"]
        firehose = request.aws_client_factory.firehose
        there = _described(firehose, model)
        wanted = dict(model["ExtendedS3DestinationConfiguration"])
        if "S3BackupConfiguration" in wanted:
            wanted["S3BackupUpdate"] = wanted.pop("S3BackupConfiguration")
        firehose.update_destination(
            DeliveryStreamName=model["DeliveryStreamName"],
            CurrentDeliveryStreamVersionId=there["VersionId"],
            DestinationId=there["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate=wanted,
        )
        return _active(firehose, model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        firehose = request.aws_client_factory.firehose
        try:
            firehose.delete_delivery_stream(DeliveryStreamName=model["DeliveryStreamName"])
            for _ in _until_late():
                if _described(firehose, model)["DeliveryStreamStatus"] == "DELETING_FAILED":
                    return failed(f"{model['DeliveryStreamName']} cannot be deleted")
        except ClientError as error:
            if is_code(error, "ResourceNotFoundException"):
                return done(model)
            raise
        return failed(f"{model['DeliveryStreamName']} is still being deleted after {LONGEST_WAIT:.0f} s")


def _active(firehose, model: dict) -> ProgressEvent:
    """Waits until the stream takes records, then reads its ARN."""
    for _ in _until_late():
        there = _described(firehose, model)
        if there["DeliveryStreamStatus"] == "ACTIVE":
            model["Arn"] = there["DeliveryStreamARN"]
            return done(model)
        if there["DeliveryStreamStatus"] == "CREATING_FAILED":
            reason = there.get("FailureDescription", {}).get("Details", "no reason is given")
            return failed(f"{model['DeliveryStreamName']} cannot be created: {reason}")
    return failed(f"{model['DeliveryStreamName']} is not active after {LONGEST_WAIT:.0f} s")


def _described(firehose, model: dict) -> dict:
    answer = firehose.describe_delivery_stream(DeliveryStreamName=model["DeliveryStreamName"])
    return answer["DeliveryStreamDescription"]


def _until_late():
    """Yields at once, and then every 0.1 s until the longest wait is over."""
    end = time.monotonic() + LONGEST_WAIT
    yield
    while time.monotonic() < end:
        time.sleep(0.1)
        yield
