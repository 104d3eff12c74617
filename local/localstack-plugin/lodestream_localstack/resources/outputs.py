"""A stack has its outputs before it says that it is complete.

LocalStack sets the status first: whoever looks just then finds a stack without outputs, or with those of the version
before, and imports what another one exported then.
"""

from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
    ChangeSetModelExecutorResult,
)


def register() -> None:
    """Hands outputs and exports to the stack as soon as they are known. Before the first deployment."""
    execute = ChangeSetModelExecutor.execute

    def execute_with_outputs(self: ChangeSetModelExecutor) -> ChangeSetModelExecutorResult:
        result = execute(self)
        if not result.failure_message:
            stack = self._change_set.stack
            stack.resolved_exports = exports_of(result.outputs)
            stack.resolved_outputs = result.outputs
        return result

    ChangeSetModelExecutor.execute = execute_with_outputs


def exports_of(outputs: list[dict]) -> dict[str, str]:
    """The values of those outputs that are exported, by the name that others import."""
    return {output["ExportName"]: output["OutputValue"] for output in outputs if output.get("ExportName")}
