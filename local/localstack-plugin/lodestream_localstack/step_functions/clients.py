"""One client a service and role, in place of one a task, which costs an AssumeRole and 10 ms of the one core."""

import functools

from localstack.services.stepfunctions.asl.utils import boto_client


def register() -> None:
    """Before the tasks are imported, which take the function as it then is."""
    make = boto_client.boto_client_for

    @functools.lru_cache(maxsize=256)
    def made(service: str, region: str, role: str):
        return make(service, region, boto_client.StateCredentials(role_arn=role))

    boto_client.boto_client_for = lambda service, region, state_credentials: made(
        service, region, state_credentials.role_arn
    )
