"""The one invocation of an asynchronous event."""

from types import SimpleNamespace

import pytest
from localstack.services.lambda_.invocation import event_manager

from lodestream_localstack import async_invocations


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(event_manager, "Poller", event_manager.Poller)
    async_invocations.register()


def test_a_function_is_waited_for_as_long_as_it_may_run_and_invoked_once(registered):
    identity = SimpleNamespace(account="000000000000", region="us-east-1", function_name="f", qualifier="$LATEST")
    manager = SimpleNamespace(function_version=SimpleNamespace(id=identity))

    config = event_manager.Poller(manager, "http://queue").lambda_client.meta.config

    assert config.read_timeout > 15 * 60
    assert config.retries["total_max_attempts"] == 1
