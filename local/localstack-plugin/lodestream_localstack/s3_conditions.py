"""DeleteObject with If-Match, which S3 has in every bucket and LocalStack refuses. Its conditional writes are right."""

from localstack.aws.api.s3 import NoSuchKey, PreconditionFailed
from localstack.services.s3.models import S3DeleteMarker
from localstack.services.s3.provider import S3Provider


def register() -> None:
    """Before S3 is first used."""
    delete = S3Provider.delete_object

    def delete_if(self: S3Provider, context, bucket: str, key: str, if_match: str | None = None, **rest):
        if not if_match:
            return delete(self, context=context, bucket=bucket, key=key, **rest)
        _, there = self._get_cross_account_bucket(context, bucket)
        # The lock under which a conditional write looks and writes.
        with self._preconditions_locks[bucket][key]:
            require(there.objects.get(key), key, if_match)
            return delete(self, context=context, bucket=bucket, key=key, **rest)

    S3Provider.delete_object = delete_if


def require(current, key: str, if_match: str) -> None:
    """Refuses unless the current version of an object has this ETag; `*` is any object that is there."""
    deleted = isinstance(current, S3DeleteMarker)
    if current is None or (deleted and if_match != "*"):
        raise NoSuchKey("The specified key does not exist.", Key=key)
    if deleted or (if_match != "*" and current.etag != if_match.strip('"')):
        message = "At least one of the pre-conditions you specified did not hold"
        raise PreconditionFailed(message, Condition="If-Match")
