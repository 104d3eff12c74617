"""What every resource provider of ours shares: the answers, and names and ARNs as AWS forms them."""

import functools
import hashlib
from collections.abc import Callable

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)


class Provider(ResourceProvider):
    """A resource that stands from its creation until its deletion, with nothing behind it that could differ."""

    def read(self, request: ResourceRequest) -> ProgressEvent:
        return done(request.desired_state)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        return done({**(request.previous_state or {}), **request.desired_state})

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        return done(request.desired_state)


def done(model: dict) -> ProgressEvent:
    """The operation succeeded, and `model` is what `Ref` and `GetAtt` read."""
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)


def failed(message: str) -> ProgressEvent:
    """The operation failed for a reason that the deployment shows."""
    return ProgressEvent(status=OperationStatus.FAILED, resource_model={}, message=message)


def explained(operation: Callable) -> Callable:
    """A provider fails with what the service says. LocalStack would take a missing thing for an update that is done."""

    @functools.wraps(operation)
    def attempt(self: ResourceProvider, request: ResourceRequest) -> ProgressEvent:
        try:
            return operation(self, request)
        except ClientError as error:
            return failed(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")

    return attempt


def is_code(error: ClientError, *codes: str) -> bool:
    """Whether a service refused with one of these codes."""
    return error.response["Error"]["Code"] in codes


def unless_missing(delete: Callable, **which) -> None:
    """Deletes what is there; where Glue knows no such thing, it is gone already."""
    try:
        delete(**which)
    except ClientError as error:
        if not is_code(error, "EntityNotFoundException"):
            raise


def digest(request: ResourceRequest) -> str:
    """Letters and digits that stay the same for this resource in this stack."""
    return hashlib.sha256(f"{request.stack_name}/{request.logical_resource_id}".encode()).hexdigest()


def generated_name(request: ResourceRequest) -> str:
    """The name of a resource that the template leaves unnamed."""
    return f"{request.stack_name}-{request.logical_resource_id}-{digest(request)[:12]}".lower()


def arn(request: ResourceRequest, service: str, path: str) -> str:
    """The ARN of something of this account and region."""
    return f"arn:aws:{service}:{request.region_name}:{request.account_id}:{path}"
