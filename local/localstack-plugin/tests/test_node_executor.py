"""The executor against real Node processes."""

import json
import os
import time
from types import SimpleNamespace

import pytest

from lodestream_localstack import telemetry
from lodestream_localstack.node_executor import LARGEST_RESPONSE, NodeExecutor

FUNCTION = """
export const handler = async (event, context) => {
  if (event.print) { console.log(event.print); console.error(`and ${event.print}`) }
  if (event.sleep) await new Promise((resolve) => setTimeout(resolve, event.sleep))
  if (event.spin) for (;;) ;
  if (event.exit !== undefined) process.exit(event.exit)
  if (event.throw) throw new RangeError(event.throw)
  if (event.answer) return 'x'.repeat(event.answer)
  return { pid: process.pid, given: process.env.GIVEN, left: context.getRemainingTimeInMillis(), text: event.text }
}
"""


@pytest.fixture
def executor(tmp_path, platform_home, request):
    (tmp_path / "index.mjs").write_text(getattr(request, "param", FUNCTION))
    name = f"lodestream-local-{tmp_path.name}"
    version = SimpleNamespace(
        id=SimpleNamespace(function_name=name),
        config=SimpleNamespace(
            timeout=1,
            memory_size=128,
            runtime="nodejs24.x",
            code=SimpleNamespace(get_unzipped_code_location=lambda: tmp_path),
        ),
    )
    made = NodeExecutor("one", version)
    made.log = os.path.join(platform_home, "logs", f"lambda-{tmp_path.name}.log")
    yield made
    made.stop()
    telemetry._followed.clear()


def start(executor) -> None:
    executor.start(
        {
            "_HANDLER": "index.handler",
            "GIVEN": "by the template",
            "AWS_LAMBDA_LOG_GROUP_NAME": "group",
            "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        }
    )


def invoke(executor, event: dict):
    result = executor.invoke(
        {"invoke-id": "request-1", "invoked-function-arn": "arn", "payload": json.dumps(event), "trace-id": None}
    )
    return result, json.loads(result.payload)


def test_answers_what_the_handler_returns_with_the_functions_environment(executor):
    start(executor)
    result, answer = invoke(executor, {"text": "Zürich 🚀"})
    assert not result.is_error
    assert answer["given"] == "by the template"
    assert answer["text"] == "Zürich 🚀"
    assert 0 < answer["left"] <= 1000


def test_keeps_one_process_between_invocations(executor):
    start(executor)
    assert invoke(executor, {})[1]["pid"] == invoke(executor, {})[1]["pid"]


def test_an_error_of_the_handler_is_its_answer(executor):
    start(executor)
    result, answer = invoke(executor, {"throw": "too far"})
    assert result.is_error
    assert (answer["errorType"], answer["errorMessage"]) == ("RangeError", "too far")


@pytest.mark.parametrize("event", [{"sleep": 60_000}, {"spin": True}], ids=["waiting", "computing"])
def test_a_timeout_kills_the_process_and_the_next_invocation_has_another(executor, event):
    start(executor)
    first = invoke(executor, {})[1]["pid"]
    begun = time.monotonic()
    result, answer = invoke(executor, event)
    assert result.is_error
    assert answer["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answer["errorMessage"]
    assert time.monotonic() - begun < 3
    assert not os.path.exists(f"/proc/{first}")
    assert invoke(executor, {})[1]["pid"] != first


def test_a_crash_is_an_error_and_the_next_invocation_has_another_process(executor):
    start(executor)
    first = invoke(executor, {})[1]["pid"]
    result, answer = invoke(executor, {"exit": 7})
    assert result.is_error
    assert answer["errorType"] == "Runtime.ExitError"
    assert "exit status 7" in answer["errorMessage"]
    assert invoke(executor, {})[1]["pid"] != first


def test_what_the_function_prints_goes_to_its_log_and_to_the_invocations_tail(executor):
    start(executor)
    invoke(executor, {"print": "earlier"})
    result, _ = invoke(executor, {"print": "hello"})
    with open(executor.log) as log:
        assert log.read().splitlines() == ["earlier", "and earlier", "hello", "and hello"]
    assert "and hello" in result.logs
    assert "earlier" not in result.logs


def test_a_response_beyond_the_limit_is_an_error(executor):
    start(executor)
    assert not invoke(executor, {"answer": LARGEST_RESPONSE - 2})[0].is_error
    result, answer = invoke(executor, {"answer": LARGEST_RESPONSE - 1})
    assert result.is_error
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize("executor", ["throw new Error('no configuration')", "export const other = 1"], indirect=True)
def test_a_function_that_does_not_initialise_does_not_start(executor):
    with pytest.raises(RuntimeError, match="does not initialise"):
        start(executor)


def test_only_node_functions_are_taken(executor):
    executor.function_version.config.runtime = "python3.13"
    with pytest.raises(ValueError, match="only Node functions"):
        NodeExecutor.prepare_version(executor.function_version)
