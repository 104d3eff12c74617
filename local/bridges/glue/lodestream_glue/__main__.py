"""Answers Glue's API at 127.0.0.1:$PORT until it is told to end; then no run of a job is left behind."""

import os
import shutil
import signal
import sys

from lodestream_glue import catalogue, jobs, schemas
from lodestream_glue.jobs import run, runs
from lodestream_glue.server import Server


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # Runs are known to the process that started them, and to no later one.
    shutil.rmtree(run.FOLDER, ignore_errors=True)
    try:
        operations = {**catalogue.OPERATIONS, **jobs.OPERATIONS, **schemas.OPERATIONS}
        Server(int(os.environ["PORT"]), operations).serve_forever()
    finally:
        runs.stop_all()


if __name__ == "__main__":
    main()
