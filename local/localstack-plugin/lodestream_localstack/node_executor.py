"""Runs Node functions as processes: one process is one execution environment, as on AWS.

An event goes to the function as the bytes that came, never parsed here, over one socket pair (see bootstrap.cjs). What
the function prints goes straight to its log file; telemetry.py carries it on to CloudWatch Logs.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation import runtime_executor
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from lodestream_localstack import settings, telemetry

BOOTSTRAP = Path(__file__).with_name("bootstrap.cjs")
INIT_SECONDS = 10
"""AWS ends an initialisation after 10 s."""
LARGEST_RESPONSE = 6_291_556
"""Bytes that a synchronous invocation may answer on AWS."""
TAIL_BYTES = 4096
"""How much of its log an invocation with LogType Tail answers on AWS."""


class NodeExecutor(RuntimeExecutor):
    """One execution environment. LocalStack makes as many as a function has concurrent invocations."""

    def __init__(self, id: str, function_version) -> None:
        super().__init__(id, function_version)
        self._process: subprocess.Popen | None = None
        self._socket: socket.socket | None = None
        self._environment: dict[str, str] = {}
        self._log = settings.function_log(function_version.id.function_name)
        self._restart = threading.Lock()

    def start(self, env_vars: dict[str, str]) -> None:
        task_root = str(self.function_version.config.code.get_unzipped_code_location())
        memory = self.function_version.config.memory_size
        given = {name: str(value) for name, value in env_vars.items() if value is not None}
        self._environment = {
            "PATH": os.environ["PATH"],
            "LODESTREAM_PART_OF": str(settings.home),
            # Like the managed runtime: a function that needs more than its memory ends.
            "NODE_OPTIONS": f"--max-old-space-size={max(64, memory * 9 // 10)}",
            **given,
            "LAMBDA_TASK_ROOT": task_root,
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1",
            "TZ": "UTC",
        }
        telemetry.follow(self._log, given["AWS_LAMBDA_LOG_GROUP_NAME"], given["AWS_LAMBDA_LOG_STREAM_NAME"])
        self._spawn()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        if self._socket:
            self._socket.close()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        before = _size(self._log)
        begun = time.monotonic()
        tag, answer = self._exchange(payload)
        elapsed = (time.monotonic() - begun) * 1000
        if tag == b"O" and len(answer) > LARGEST_RESPONSE:
            message = f"Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes)."
            tag, answer = b"E", _error("Function.ResponseSizeTooLarge", message)
        printed = _tail(self._log, before)
        logs = f"START RequestId: {request_id}\n{printed}END RequestId: {request_id}\nREPORT RequestId: {request_id}\t"
        return InvocationResult(request_id, answer, is_error=tag != b"O", logs=f"{logs}Duration: {elapsed:.2f} ms\n")

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self) -> str:
        return _tail(self._log, 0)

    @classmethod
    def prepare_version(cls, function_version) -> None:
        runtime = function_version.config.runtime or ""
        if not runtime.startswith("nodejs"):
            raise ValueError(f"only Node functions run here, and this one is {runtime or 'an image'}")
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version) -> None:
        """Nothing to undo: the code's folder is LocalStack's, and the processes end by `stop`."""

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [settings.node, str(BOOTSTRAP)],
                env={**self._environment, "LODESTREAM_CHANNEL": str(theirs.fileno())},
                pass_fds=(theirs.fileno(),),
                cwd=self._environment["LAMBDA_TASK_ROOT"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        theirs.close()
        self._socket = ours
        try:
            tag, answer = self._receive(time.monotonic() + INIT_SECONDS)
        except (TimeoutError, EOFError) as cause:
            self.stop()
            raise RuntimeError(f"{self._log.stem} does not initialise: {type(cause).__name__}, see its log") from cause
        if tag != b"R":
            self.stop()
            raise RuntimeError(f"{self._log.stem} does not initialise: {answer.decode(errors='replace')}")

    def _exchange(self, payload: dict[str, str]) -> tuple[bytes, bytes]:
        request_id = payload["invoke-id"]
        timeout = self.function_version.config.timeout
        with self._restart:
            # LocalStack keeps an environment whose process ended (a crash, a timeout); AWS would start another.
            if self._process is None or self._process.poll() is not None:
                self._spawn()
        event = payload["payload"] or "null"
        body = event.encode() if isinstance(event, str) else event
        head = {
            "id": request_id,
            "arn": payload["invoked-function-arn"],
            "trace": payload.get("trace-id"),
            "timeout": timeout * 1000,
        }
        encoded = json.dumps(head).encode()
        deadline = time.monotonic() + timeout
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(struct.pack(">II", len(encoded), len(body)) + encoded)
            self._socket.sendall(body)
            return self._receive(deadline)
        except TimeoutError:
            self.stop()
            return b"E", _error(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout}.00 seconds"
            )
        except (EOFError, OSError):
            status = self._process.wait()
            how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
            return b"E", _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")

    def _receive(self, deadline: float) -> tuple[bytes, bytes]:
        head = self._read(5, deadline)
        return head[:1], self._read(struct.unpack(">I", head[1:])[0], deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        buffer = bytearray(size)
        view = memoryview(buffer)
        have = 0
        while have < size:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            count = self._socket.recv_into(view[have:])
            if count == 0:
                raise EOFError
            have += count
        return bytes(buffer)


class _OnlyExecutor:
    """Stands where LocalStack looks for executors by name, and knows ours alone."""

    def exists(self, name: str) -> bool:
        del name
        return True

    def load(self, name: str) -> "_Loaded":
        del name
        return _Loaded()


class _Loaded:
    def load(self) -> type[NodeExecutor]:
        return NodeExecutor


def register() -> None:
    """Makes LocalStack run every function by this executor. Call before LocalStack's main."""
    runtime_executor.EXECUTOR_PLUGIN_MANAGER = _OnlyExecutor()


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _tail(path: Path, start: int) -> str:
    end = _size(path)
    if end <= start:
        return ""
    with path.open("rb") as file:
        file.seek(max(start, end - TAIL_BYTES))
        text = file.read(TAIL_BYTES).decode(errors="replace")
    return text if text.endswith("\n") else f"{text}\n"
