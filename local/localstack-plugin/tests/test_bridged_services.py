"""A service that a bridge answers."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from localstack.aws.api import CommonServiceException
from localstack.http import Request
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.bootstrap import is_api_enabled

from lodestream_localstack import bridged_services, settings


@pytest.fixture
def bridge():
    """Answers 409 with an error of AWS's, and keeps what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked.append((self.command, self.path, self.headers.get("x-amz-target"), body))
            said = b'{"__type":"ConflictException","Message":"it is there"}'
            self.send_response(409)
            self.send_header("x-amzn-errortype", "ConflictException")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(asked=asked, address=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()


def ask(address: str, *words, **more):
    request = Request(*words, **more)
    return bridged_services.forward_to("scheduler", address)(SimpleNamespace(request=request))


def test_an_error_of_the_bridge_comes_back_as_it_is(bridge):
    answer = ask(bridge.address, "POST", "/", body=b"{}", headers={"x-amz-target": "AWSGlue.CreateTable"})
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (409, "ConflictException")
    assert answer.get_data() == b'{"__type":"ConflictException","Message":"it is there"}'
    assert bridge.asked == [("POST", "/", "AWSGlue.CreateTable", b"{}")]


def test_a_path_goes_on_as_it_was_written(bridge):
    path = "/schedules/market%2Fclose%20a"
    ask(bridge.address, "PUT", path, raw_path=path, query_string="GroupName=a%26b", body=b'{"a":1}')
    assert bridge.asked == [("PUT", f"{path}?GroupName=a%26b", None, b'{"a":1}')]


def test_without_a_bridge_the_answer_is_a_503_that_says_so():
    with pytest.raises(CommonServiceException) as refusal:
        ask("http://127.0.0.1:9", "GET", "/schedules")
    assert refusal.value.status_code == 503
    assert "bridge for scheduler at http://127.0.0.1:9 does not answer" in refusal.value.message


def test_a_bridge_comes_before_localstacks_own_and_a_service_without_one_stays_as_it_was(monkeypatch):
    monkeypatch.setattr(settings, "bridges", {"firehose": "http://127.0.0.1:9", "glue": "http://127.0.0.1:9"})
    monkeypatch.setattr(SERVICE_PLUGINS, "_services", {})
    monkeypatch.setattr(SERVICE_PLUGINS, "_api_provider_specs", {"firehose": ["default"], "scheduler": ["default"]})
    # Whoever asks before keeps the answer.
    assert not is_api_enabled("glue")
    bridged_services.register()
    assert is_api_enabled("glue")
    assert set(SERVICE_PLUGINS._services) == {"firehose", "glue"}
    assert "CreateDeliveryStream" in SERVICE_PLUGINS.get_service("firehose").skeleton.dispatch_table
    assert not SERVICE_PLUGINS.exists("athena")
