"""CDK's `autoDeleteObjects`: a bucket that is deleted is emptied first, as its custom resource's function does on AWS.

That function needs the AWS SDK of Lambda's own runtime, and LocalStack has no custom resources.
"""

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, done, explained, is_code

TAG = "aws-cdk:auto-delete-objects"


class EmptiedBucket(Provider):
    TYPE = "Custom::S3AutoDeleteObjects"
    SCHEMA = {"primaryIdentifier": ["/properties/Id"], "readOnlyProperties": ["/properties/Id"]}

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Id"] = f"empties-{model['BucketName']}"
        return done(model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        s3, bucket = request.aws_client_factory.s3, model["BucketName"]
        try:
            # The tag is the bucket's consent: a stage that keeps its data does not carry it.
            tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
        except ClientError as error:
            if not is_code(error, "NoSuchBucket", "NoSuchTagSet"):
                raise
            tags = {}
        if tags.get(TAG) == "true":
            _empty(s3, bucket)
        return done(model)


def _empty(s3, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
