"""An execution that was stopped, or ran out of time, stays so, whatever its states still do while they end."""

from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service import (  # noqa: E501
    StateTaskService,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped, ProgramTimedOut
from localstack.services.stepfunctions.backend.execution import BaseExecutionWorkerCommunication
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker
from localstack.utils.sync import poll_condition

LONGEST_BEGIN = 10
"""Seconds that LocalStack may take to read a definition."""


def register() -> None:
    """Before the first execution."""
    set_error = Environment.set_error
    after = StateTaskService._after_eval_execution
    reflect = BaseExecutionWorkerCommunication._reflect_execution_status
    stop = ExecutionWorker.stop

    def set_error_unless_over(self: Environment, error) -> None:
        # A state that ends early leaves no result, over which the evaluation stumbles.
        if not isinstance(self._program_state, ProgramStopped | ProgramTimedOut):
            set_error(self, error=error)

    def after_unless_over(self: StateTaskService, env, **rest) -> None:
        # Else the history would tell that the task succeeded.
        if env.is_running():
            after(self, env=env, **rest)

    def reflect_with_reason(self: BaseExecutionWorkerCommunication) -> None:
        reflect(self)
        state = self.execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            self.execution.error, self.execution.cause = state.error, state.cause

    def stop_once_begun(self: ExecutionWorker, **why) -> None:
        # What has just been started has nothing yet that could be stopped.
        poll_condition(lambda: self.env and self.env.program_state(), timeout=LONGEST_BEGIN, interval=0.01)
        stop(self, **why)

    ExecutionWorker.stop = stop_once_begun
    Environment.set_error = set_error_unless_over
    StateTaskService._after_eval_execution = after_unless_over
    BaseExecutionWorkerCommunication._reflect_execution_status = reflect_with_reason
