"""Changes to Step Functions that show without an execution; test/integration/step-functions.test.ts runs the rest."""

import gc
import threading
import time
from types import SimpleNamespace

import pytest
from localstack.aws.api.stepfunctions import InvalidName
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service import (  # noqa: E501
    StateTaskService,
)
from localstack.services.stepfunctions.asl.eval import states, variable_store
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.program_state import ProgramError, ProgramRunning, ProgramStopped
from localstack.services.stepfunctions.asl.jsonata import jsonata as theirs
from localstack.services.stepfunctions.asl.jsonata.jsonata import _JSONataJVMBridge as bridge

from lodestream_localstack.step_functions import aborting, jsonata, names, parameters, waiting


def test_variables_are_declared_so_that_any_text_comes_back_as_it_is():
    declared = jsonata.declarations({"$cause": 'a "b" \\ \n ☂ 🚀', "$states": {"input": ["'", None, 1.5]}})
    assert declared == ('$cause:="a \\"b\\" \\\\ \\n \\u2602 \\ud83d\\ude80";$states:={"input":["\'",null,1.5]};')


def test_without_a_jdk_the_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(bridge, "__init__", bridge.__init__)
    for module in (theirs, states, variable_store):
        monkeypatch.setattr(module, "encode_jsonata_variable_declarations", jsonata.declarations)
    jsonata.register()
    with pytest.raises(RuntimeError, match=r"JDK 17 or newer.*lodestream doctor"):
        bridge()


def test_python_leaves_alone_what_is_loaded_whenever_java_collects(monkeypatch):
    monkeypatch.setattr(bridge, "__init__", lambda self: None)
    for module in (theirs, states, variable_store):
        monkeypatch.setattr(module, "encode_jsonata_variable_declarations", jsonata.declarations)
    installer = SimpleNamespace(get_java_home=lambda: "/jdk")
    monkeypatch.setattr(jsonata.java_package, "get_installer", lambda _: installer)
    jsonata.register()
    gc.unfreeze()
    bridge()
    assert gc.get_freeze_count() > 100_000
    gc.unfreeze()


@pytest.mark.parametrize(("lasted", "seconds"), [(0, 0.05), (2, 0.2), (5, 0.5), (600, 0.5)])
def test_a_task_is_looked_at_often_at_first_and_seldom_later(lasted, seconds):
    assert waiting.period(lasted) == seconds


def execution(running: bool = True):
    return SimpleNamespace(is_running=lambda: running)


def test_what_a_task_started_is_stopped_when_nobody_waits_any_more():
    env, stopped = execution(), []

    def look():
        return None

    look.stop = lambda: stopped.append(True)
    threading.Timer(0.2, lambda: setattr(env, "is_running", lambda: False)).start()
    assert waiting._wait(None, env, look, None, None, None) is None
    assert stopped == [True]


def test_what_a_task_started_is_not_stopped_when_it_ends():
    def look():
        return {"done": True}

    assert waiting._wait(None, execution(), look, None, None, None) == {"done": True}


def test_a_rest_lasts_as_long_as_it_says_and_no_longer_than_the_execution():
    begun = time.monotonic()
    waiting.rest(execution(), 0.2)
    assert time.monotonic() - begun >= 0.2
    begun = time.monotonic()
    waiting.rest(execution(running=False), 60)
    assert time.monotonic() - begun < 5


def environment_in(state):
    env = Environment.__new__(Environment)
    env._state_mutex = threading.RLock()
    env._program_state = state
    env._frames = []
    env.program_state_event = threading.Event()
    return env


def test_a_stopped_execution_does_not_become_a_failed_one(monkeypatch):
    for owner, name in ((Environment, "set_error"), (StateTaskService, "_after_eval_execution")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    aborting.register()
    stopped = environment_in(ProgramStopped(None, None, None))
    stopped.set_error({"error": "States.Runtime"})
    assert isinstance(stopped._program_state, ProgramStopped)
    running = environment_in(ProgramRunning())
    running.set_error({"error": "States.Runtime"})
    assert isinstance(running._program_state, ProgramError)


def test_a_parameter_that_is_null_is_not_sent(monkeypatch):
    from localstack.aws.spec import load_service

    monkeypatch.setattr(StateTaskService, "_to_boto_request", StateTaskService._to_boto_request)
    parameters.register()
    shape = load_service("glue").operation_model("StartJobRun").input_shape
    given = {"JobName": "silver", "NotificationProperty": None, "Timeout": 5}
    task = SimpleNamespace(_to_boto_request_value=lambda value, shape: value)
    StateTaskService._to_boto_request(task, given, shape)
    assert given == {"JobName": "silver", "Timeout": 5}


@pytest.mark.parametrize("name", ["gold.ohlc_daily-2026-11-20-20261121T120301-3f2a", "a" * 80])
def test_an_execution_may_be_named_so(name):
    names.require_valid(name)


@pytest.mark.parametrize("name", ["", "a" * 81, "two words", "12:03", "a/b", "[a]", "a\x07b"])
def test_an_execution_may_not_be_named_so(name):
    with pytest.raises(InvalidName):
        names.require_valid(name)
