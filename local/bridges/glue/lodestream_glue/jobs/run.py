"""One run of a job: a Python process of its own, from STARTING to how it ended."""

import os
import signal
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from lodestream_glue.jobs import java, spark
from lodestream_glue.jobs.arguments import Arguments
from lodestream_glue.jobs.complaint import complaint
from lodestream_glue.refusals import invalid

MINUTE = 60.0
"""Seconds in what Glue calls a minute of a run's timeout."""

FOLDER = Path(os.environ["LODESTREAM_GLUE_RUNS"])
"""Where each run has a folder of its own, with what it wrote in `output.log`."""

# Each takes two cores and a gigabyte; the others are STARTING meanwhile, as where Glue has no capacity.
_slots = threading.Semaphore(min(4, max(2, (os.cpu_count() or 2) // 2)))


class Run:
    """Begins at once. @param settings what GetJobRun answers of it from the start @param minutes before TIMEOUT"""

    def __init__(self, job: str, arguments: Arguments, settings: dict, minutes: int):
        self.id = f"jr_{token_hex(32)}"
        self.job = job
        self.state = "STARTING"
        self._error: str | None = None
        self._settings = settings
        self._minutes = minutes
        self._started = datetime.now(UTC)
        self._running: datetime | None = None
        self._completed: datetime | None = None
        self._process: subprocess.Popen | None = None
        # Whoever stops a run and whoever starts its process must not miss one another.
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._go, args=(arguments,), daemon=True).start()

    @property
    def is_over(self) -> bool:
        return self._completed is not None

    def described(self) -> dict:
        """As GetJobRun answers it."""
        end = self._completed or datetime.now(UTC)
        known = {
            "Id": self.id,
            "JobName": self.job,
            "Attempt": 0,
            "JobRunState": self.state,
            "StartedOn": self._started,
            "LastModifiedOn": end,
            "CompletedOn": self._completed,
            "ErrorMessage": self._error,
            "ExecutionTime": round((end - self._running).total_seconds()) if self._running else 0,
            "Timeout": self._minutes,
            "LogGroupName": "/aws-glue/jobs",
            "PredecessorRuns": [],
        }
        return {**self._settings, **{field: value for field, value in known.items() if value is not None}}

    def stop(self) -> None:
        """Kills it with all its processes. Throws InvalidInputException where the run is over."""
        with self._lock:
            if self.is_over:
                raise invalid(f"Run {self.id} is {self.state}, so it cannot be stopped.")
            self.state = "STOPPING"
            self._kill()

    def wait(self, seconds: float) -> None:
        """Returns when the run is over, or after that many seconds."""
        self._ended.wait(seconds)

    def _go(self, arguments: Arguments) -> None:
        folder = FOLDER / self.id
        folder.mkdir(parents=True)
        state, error = "FAILED", None
        try:
            while not _slots.acquire(timeout=0.1):
                if self.state == "STOPPING":
                    return
            try:
                state, error = self._execute(arguments, folder)
            finally:
                _slots.release()
        except FileNotFoundError as missing:
            error = f"LAUNCH ERROR | {missing}"
        except Exception as failure:
            error = f"LAUNCH ERROR | {failure}"
        finally:
            self._finish(state, error)

    def _execute(self, arguments: Arguments, folder: Path) -> tuple[str, str | None]:
        words = ["--JOB_NAME", self.job, "--JOB_RUN_ID", self.id]
        prepared = spark.prepare(folder, arguments, words)
        log = folder / "output.log"
        served = java.take(prepared.settings, prepared.env, FOLDER)
        code = None
        with log.open("wb") as output:
            try:
                connection = served.serve(output)
                with self._lock:
                    if self.state == "STOPPING":
                        return "STOPPED", None
                    # A group of its own, so that Python and whatever it started end together.
                    self._process = subprocess.Popen(
                        prepared.command,
                        env={**prepared.env, **connection},
                        cwd=folder,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                    )
                    self._running, self.state = datetime.now(UTC), "RUNNING"
                try:
                    code = self._process.wait(self._minutes * MINUTE)
                except subprocess.TimeoutExpired:
                    self._kill()
                    self._process.wait()
                    return "TIMEOUT", f"Job run exceeded its timeout of {self._minutes} minutes."
                self._kill()
            finally:
                if code == 0 and prepared.is_plain:
                    served.keep()
                else:
                    served.end()
        return ("FAILED", complaint(log.read_text(errors="replace"), code)) if code else ("SUCCEEDED", None)

    def _finish(self, state: str, error: str | None) -> None:
        with self._lock:
            stopped = self.state == "STOPPING"
            self.state, self._error = ("STOPPED", None) if stopped else (state, error)
            self._completed = datetime.now(UTC)
        said = f": {self._error}" if self._error else ""
        print(f"{self._completed:%H:%M:%S} {self.job} {self.id} {self.state}{said}", flush=True)
        self._ended.set()

    def _kill(self) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
