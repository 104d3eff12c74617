"""The optimised integration of Athena: `athena:startQueryExecution[.sync]`, which LocalStack calls unsupported."""

import json

from botocore.exceptions import ClientError
from localstack.aws.api.stepfunctions import HistoryEventType, TaskFailedEventDetails
from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import CustomErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import state_task_factory
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.resource import (
    ResourceCondition,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

PARAMETERS = {
    "startqueryexecution": {
        "ClientRequestToken",
        "ExecutionParameters",
        "QueryExecutionContext",
        "QueryString",
        "ResultConfiguration",
        "ResultReuseConfiguration",
        "WorkGroup",
    },
    "stopqueryexecution": {"QueryExecutionId"},
    "getqueryexecution": {"QueryExecutionId"},
    "getqueryresults": {"MaxResults", "NextToken", "QueryExecutionId"},
}
"""What each operation takes, by its name in lower case."""


class AthenaTask(StateTaskServiceCallback):
    """A Task state whose resource is Athena's. `.sync` waits for the query, whose end is the task's output."""

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition.Sync})

    def _get_supported_parameters(self) -> set[str] | None:
        return PARAMETERS.get(self.resource.api_action.lower())

    def _eval_service_task(self, env, resource_runtime_part, normalised_parameters, state_credentials) -> None:
        athena = boto_client_for("athena", resource_runtime_part.region, state_credentials)
        answer = getattr(athena, self._get_boto_service_action())(**normalised_parameters)
        answer.pop("ResponseMetadata", None)
        env.stack.append(_as_json(answer))

    def _build_sync_resolver(self, env, resource_runtime_part, normalised_parameters, state_credentials):
        query = env.stack.pop()["QueryExecutionId"]
        athena = boto_client_for("athena", resource_runtime_part.region, state_credentials)

        def look() -> dict | None:
            execution = _as_json(athena.get_query_execution(QueryExecutionId=query)["QueryExecution"])
            state = execution["Status"]["State"]
            if state in ("QUEUED", "RUNNING"):
                return None
            if state == "SUCCEEDED":
                return {"QueryExecution": execution}
            failed = StatesErrorNameType.StatesTaskFailed
            raise FailureEventException(self._failure(env, StatesErrorName(failed), to_json_str(execution)))

        look.stop = lambda: athena.stop_query_execution(QueryExecutionId=query)
        return look

    def _from_error(self, env, ex: Exception) -> FailureEvent:
        if not isinstance(ex, ClientError):
            return super()._from_error(env, ex)
        code, said = ex.response["Error"]["Code"], ex.response["Error"]["Message"]
        about = ex.response["ResponseMetadata"]
        details = f"Service: AmazonAthena; Status Code: {about['HTTPStatusCode']}; Error Code: {code}"
        cause = f"{said} ({details}; Request ID: {about.get('RequestId')}; Proxy: null)"
        return self._failure(env, CustomErrorName(f"Athena.{code}"), cause)

    def _failure(self, env, name, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            error=name.error_name,
            cause=cause,
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )


def register() -> None:
    """Lets state machines use it. Before the first execution."""
    theirs = state_task_factory.state_task_service_for
    state_task_factory.state_task_service_for = lambda service_name: (
        AthenaTask() if service_name == "athena" else theirs(service_name)
    )


def _as_json(answer: dict) -> dict:
    """Plain values, times as text: what a state passes on."""
    return json.loads(to_json_str(answer))
