"""The names that an execution may have. LocalStack takes any."""

import re

from localstack.aws.api.stepfunctions import InvalidName
from localstack.services.stepfunctions.provider import StepFunctionsProvider

LONGEST_NAME = 80
"""Characters."""
_REFUSED = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff]")


def register() -> None:
    """Before the first execution."""
    start = StepFunctionsProvider.start_execution

    def start_named(self: StepFunctionsProvider, context, name: str | None = None, **rest):
        if name is not None:
            require_valid(name)
        return start(self, context=context, name=name, **rest)

    StepFunctionsProvider.start_execution = start_named


def require_valid(name: str) -> None:
    """Refuses a name as StartExecution documents it."""
    if not 1 <= len(name) <= LONGEST_NAME or _REFUSED.search(name):
        raise InvalidName(f"Invalid Name: '{name}'")
