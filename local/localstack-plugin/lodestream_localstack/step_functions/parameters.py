"""A parameter that is null is one that is not given, such as the NotificationProperty of CDK's Glue task."""

from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service import (  # noqa: E501
    StateTaskService,
)


def register() -> None:
    """Before the first execution."""
    to_request = StateTaskService._to_boto_request

    def without_nulls(self: StateTaskService, parameters: dict, structure_shape) -> None:
        if isinstance(parameters, dict):
            for name in [name for name, value in parameters.items() if value is None]:
                del parameters[name]
        to_request(self, parameters, structure_shape)

    StateTaskService._to_boto_request = without_nulls
