"""Glue's protocol (JSON 1.1 over HTTP), on loopback alone."""

import json
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

from moto.core.exceptions import JsonRESTError

from lodestream_glue.refusals import GlueError

type Operations = Mapping[str, Callable[[dict], dict]]


class Server(ThreadingHTTPServer):
    """Answers those operations at 127.0.0.1:port. Port 0 takes a free one; `server_port` says which."""

    daemon_threads = True
    # A build's hundred connections at once are not refused.
    request_queue_size = 256

    def __init__(self, port: int, operations: Operations):
        super().__init__(("127.0.0.1", port), _Handler)
        self.operations = operations
        # Check and set of a table's version are one step only while no other call is answered between them.
        self.lock = threading.RLock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer leaves at once and whole: otherwise its end waits 40 ms for the client to acknowledge its beginning.
    disable_nagle_algorithm = True
    wbufsize = -1

    server: Server

    def do_GET(self) -> None:
        self._send(200, {"status": "running"})

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            self.close_connection = True
            return self._send(411, {"__type": "InvalidInputException", "message": "Content-Length is needed."})
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self._answer(self.headers.get("X-Amz-Target", "").rpartition(".")[2], body)
        self._send(status, answer)

    def _answer(self, name: str, body: bytes) -> tuple[int, dict]:
        operation = self.server.operations.get(name)
        if operation is None:
            return _error(400, "UnknownOperationException", f"{name or 'This'} is not among what Glue does here.")
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            return _error(400, "SerializationException", "The request is not JSON.")
        try:
            with self.server.lock:
                # moto answers parts of what it keeps, so they are copied before the next call may change them.
                return 200, json.loads(json.dumps(operation(request), default=_number))
        except GlueError as refused:
            return _error(400, refused.error, refused.says)
        except JsonRESTError as refused:
            return _error(400, refused.error_type, refused.message)
        except Exception as error:
            traceback.print_exc()
            return _error(500, "InternalServiceException", f"{name} failed: {error!r}")

    def _send(self, status: int, answer: dict) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("x-amzn-RequestId", str(uuid4()))
        if "__type" in answer:
            self.send_header("x-amzn-ErrorType", answer["__type"])
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *words: object) -> None:
        """Nothing is written of each request: it would be most of what the process does."""


def _error(status: int, name: str, says: str) -> tuple[int, dict]:
    return status, {"__type": name, "message": says, "Message": says}


def _number(value: object) -> float:
    """A time as Glue writes it: seconds since 1970."""
    if isinstance(value, datetime):
        return round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp(), 3)
    raise TypeError(f"{value!r} has no form in JSON")
