"""Spark's Java, kept between runs: to load it is most of what a short run takes."""

import os
import shutil
import signal
import struct
import subprocess
import threading
import time
from pathlib import Path
from secrets import token_hex

KEPT = 60.0
"""Seconds that a Java without a run is kept."""

START = 120.0
"""Seconds in which it has to be ready for its first run."""

_idle: list["Java"] = []
_lock = threading.Lock()


class Java:
    """A process that Python drives Spark in, one run after the other. @param settings what spark-submit is told"""

    def __init__(self, settings: tuple[str, ...], env: dict[str, str], parent: Path):
        self.settings = settings
        self.folder = parent / f"java_{token_hex(8)}"
        self.folder.mkdir(parents=True)
        self._answer = self.folder / "gateway"
        self._output = None
        # Nothing is written to the output of a run that is over.
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        own = {"spark.local.dir": self.folder / "scratch", "spark.sql.warehouse.dir": self.folder / "warehouse"}
        # What a job sets itself goes before ours.
        confs = [
            f"{name}={value}"
            for name, value in own.items()
            if not any(word.startswith(f"{name}=") for word in settings)
        ]
        # It ends when its standard input does, and so with this process, however that ends.
        self._process = subprocess.Popen(
            [*settings, *(word for conf in confs for word in ("--conf", conf)), "pyspark-shell"],
            env={**env, "HOME": str(self.folder), "_PYSPARK_DRIVER_CONN_INFO_PATH": str(self._answer)},
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own, so that Python's workers end with it.
            start_new_session=True,
        )
        threading.Thread(target=self._hand_on, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def serve(self, output) -> dict[str, str]:
        """
        What a run's Python needs in its environment to drive it; what Java says from now on goes to the run's output.
        Throws RuntimeError where it ends, or is not ready in time.
        """
        self._output = output
        end = time.monotonic() + START
        while not self._answer.exists():
            if not self.is_alive or time.monotonic() > end:
                raise RuntimeError("Spark's Java did not start: the run's output says why.")
            time.sleep(0.02)
        # As Spark's own Python reads it: the port, then the secret with its length before it.
        answer = self._answer.read_bytes()
        port, length = struct.unpack_from(">ii", answer)
        secret = answer[8 : 8 + length].decode()
        return {"PYSPARK_GATEWAY_PORT": str(port), "PYSPARK_GATEWAY_SECRET": secret}

    def keep(self) -> None:
        """For the next run that says the same to spark-submit, for a while. No file of the last one stays."""
        self._release()
        for rest in ("scratch", "warehouse"):
            shutil.rmtree(self.folder / rest, ignore_errors=True)
        with _lock:
            _idle.append(self)
            self._timer = threading.Timer(KEPT, self._expire)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Kills it and all that it started."""
        self._release()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _expire(self) -> None:
        with _lock:
            if self not in _idle:
                return
            _idle.remove(self)
        self.end()

    def _hand_on(self) -> None:
        for line in self._process.stdout:
            with self._writing:
                if self._output is not None:
                    self._output.write(line)
                    self._output.flush()

    def _release(self) -> None:
        with self._writing:
            self._output = None


def take(settings: tuple[str, ...], env: dict[str, str], parent: Path) -> Java:
    """A Java that was kept after a run with the same settings, else a new one; those of other settings give way."""
    with _lock:
        alike = [java for java in _idle if java.settings == settings and java.is_alive]
        others = [java for java in _idle if java not in alike]
        _idle[:] = alike[1:]
        for java in (*others, *alike[:1]):
            java._timer.cancel()
    for java in others:
        java.end()
    return alike[0] if alike else Java(settings, env, parent)


def end_all() -> None:
    """Ends those that wait for a run."""
    with _lock:
        left, _idle[:] = list(_idle), []
    for java in left:
        java.end()
