"""Waiting for what a `.sync` task started: briefly at first, and never longer than the execution still wants it."""

import time
from collections.abc import Callable

from localstack.services.stepfunctions.asl.component.common.retry import retrier_decl
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_glue import (  # noqa: E501
    StateTaskServiceGlue,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_sfn import (  # noqa: E501
    StateTaskServiceSfn,
)
from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for

SHORTEST_SECONDS = 0.05
LONGEST_SECONDS = 0.5


def register() -> None:
    """Polls by how long the task has lasted, and ends what an aborted task started. Before the first execution."""
    StateTaskServiceCallback._eval_sync = _wait
    _stoppable(StateTaskServiceGlue, "_build_sync_resolver", "glue", _stop_job_run)
    for builder in ("_build_sync_resolver", "_build_sync2_resolver"):
        _stoppable(StateTaskServiceSfn, builder, "stepfunctions", _stop_execution)
    retrier_decl.RetrierDecl._eval_body = _retry


def period(lasted: float) -> float:
    """Seconds until the next look at a task that has lasted so long: a tenth of it, within bounds."""
    return min(LONGEST_SECONDS, max(SHORTEST_SECONDS, lasted / 10))


def rest(env, seconds: float) -> None:
    """Waits so long, or until the execution, or the state, ends."""
    end = time.monotonic() + seconds
    while env.is_running() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, SHORTEST_SECONDS))


def _wait(self, env, sync_resolver: Callable, timeout_seconds, callback_endpoint, heartbeat_endpoint):
    del self, timeout_seconds, callback_endpoint, heartbeat_endpoint
    begun = time.monotonic()
    while env.is_running():
        result = sync_resolver()
        if result:
            return result
        rest(env, period(time.monotonic() - begun))
    # Stopped, timed out, or failed beside it: nobody waits for the task any more, so it should not go on.
    sync_resolver.stop()
    return None


def _stoppable(task: type, builder: str, service: str, stop: Callable) -> None:
    """Adds a `stop` to what a builder of LocalStack's makes."""
    build = getattr(task, builder)

    def built(self, env, resource_runtime_part, normalised_parameters, state_credentials):
        started = dict(env.stack[-1])
        look = build(self, env, resource_runtime_part, normalised_parameters, state_credentials)
        client = boto_client_for(service, resource_runtime_part.region, state_credentials)
        look.stop = lambda: stop(client, started)
        return look

    setattr(task, builder, built)


def _stop_job_run(glue, started: dict) -> None:
    glue.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]])


def _stop_execution(states, started: dict) -> None:
    cause = "The task of the execution that started this one was aborted."
    states.stop_execution(executionArn=started["ExecutionArn"], cause=cause)


def _retry(self, env) -> None:
    """As LocalStack's, but for the wait, which lasts no longer than the execution."""
    self.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(retrier_decl.RetrierOutcome.Skipped)
        return
    self.max_attempts.eval(env)
    if env.stack.pop() == retrier_decl.MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(retrier_decl.RetrierOutcome.Failed)
        return
    for part in (self.interval_seconds, self.backoff_rate, self.max_delay_seconds, self.jitter_strategy):
        part.eval(env)
    rest(env, env.stack.pop())
    env.stack.append(retrier_decl.RetrierOutcome.Executed)
