"""How a job is run: the Spark that is installed for it, and the commands."""

import json
import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from lodestream_glue.jobs.arguments import Arguments
from lodestream_glue.jobs.s3 import fetch

_PACKAGE = Path(__file__).parents[2]
_DRIVE = Path(__file__).with_name("drive.py")
_INSTALL = Path(__file__).parents[5] / "local" / "engines" / "spark" / "install.ts"
_lock = threading.Lock()
_installed: dict | None = None


def installed() -> dict:
    """How jobs run here. The first time Spark may have to be fetched, which takes minutes."""
    global _installed
    with _lock:
        if _installed is None:
            command = [os.environ["LODESTREAM_NODE"], str(_INSTALL)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"Spark cannot be installed: {_reason(done.stderr)}")
            _installed = json.loads(done.stdout)
        return _installed


@dataclass
class Prepared:
    """How to run a script."""

    settings: tuple[str, ...]
    """spark-submit with its options, for Spark's Java."""
    command: list[str]
    """For the Python that drives it."""
    env: dict[str, str]
    is_plain: bool
    """Whether its Java has nothing of this run alone, and may serve another."""


def prepare(folder: Path, arguments: Arguments, words: list[str]) -> Prepared:
    """Fetches what the run needs into its folder. @param words Glue's own"""
    spark = installed()
    script = fetch(arguments.script, folder)
    python_files = [str(fetch(address, folder)) for address in arguments.python_files]
    jars = [str(fetch(address, folder)) for address in arguments.jars]
    for address in arguments.files:
        fetch(address, folder)
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    settings = [f"spark.hadoop.fs.s3a.endpoint={endpoint}", *arguments.settings]
    submit = (
        *spark["submit_iceberg" if arguments.iceberg else "submit"],
        *(word for setting in settings for word in ("--conf", setting)),
        *(("--jars", ",".join(jars)) if jars else ()),
        *(("--py-files", ",".join(python_files)) if python_files else ()),
    )
    # Python ends with this process, however that ends.
    python = ("setpriv", "--pdeathsig", "KILL", spark["env"]["PYSPARK_PYTHON"])
    command = [*python, str(_DRIVE), str(script), *words, *arguments.words]
    env = _environment(folder, spark["env"], endpoint)
    env["PYTHONPATH"] = os.pathsep.join([*python_files, env["PYTHONPATH"]])
    return Prepared(submit, command, env, not jars and not python_files)


def _environment(folder: Path, spark: dict[str, str], endpoint: str) -> dict[str, str]:
    """Nothing of this process's own but what marks it as a part of the platform."""
    kept = ("PATH", "LANG", "LODESTREAM_PART_OF")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **spark,
        "HOME": str(folder),
        "PYTHONPATH": str(_PACKAGE / "job_library"),
        "PYTHONUNBUFFERED": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        # Iceberg's clients read these, so that a job names no address, here as little as on AWS.
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_GLUE": f"http://127.0.0.1:{os.environ['PORT']}",
    }


def _reason(complaints: str) -> str:
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    told = [line for line in lines if "Refusal: " in line or "Error: " in line]
    return (told or lines or ["it said nothing"])[-1]
