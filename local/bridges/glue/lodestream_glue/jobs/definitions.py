"""The definitions of jobs: what Glue would refuse, and what could not be kept here, is refused at once."""

from datetime import UTC, datetime

from lodestream_glue.pages import page
from lodestream_glue.refusals import invalid, missing, needed, taken

GLUE_VERSION = "5.1"
"""The one that runs here: Spark 3.5.6, Python 3.11, Java 17."""

_VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1")
_WORKERS = {
    **{"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "G.12X": 12, "G.16X": 16},
    **{"R.1X": 1, "R.2X": 2, "R.4X": 4, "R.8X": 8},
}
_TIMEOUT = 480

defined: dict[str, dict] = {}
"""The definition of each job, by its name."""


def create_job(request: dict) -> dict:
    name = needed(request, "Name")
    if name in defined:
        raise taken(f"Job {name} already exists.")
    now = datetime.now(UTC)
    defined[name] = {**_checked(request), "Name": name, "CreatedOn": now, "LastModifiedOn": now}
    return {"Name": name}


def update_job(request: dict) -> dict:
    """The new definition replaces the old one whole."""
    name = needed(request, "JobName")
    created = job(name)["CreatedOn"]
    definition = _checked(needed(request, "JobUpdate"))
    defined[name] = {**definition, "Name": name, "CreatedOn": created, "LastModifiedOn": datetime.now(UTC)}
    return {"JobName": name}


def delete_job(request: dict) -> dict:
    """A job that is not there is no error, as in Glue. Its runs go on."""
    name = needed(request, "JobName")
    defined.pop(name, None)
    return {"JobName": name}


def get_job(request: dict) -> dict:
    return {"Job": job(needed(request, "JobName"))}


def get_jobs(request: dict) -> dict:
    return page(request, list(defined.values()), "Jobs", most=1000)


def batch_get_jobs(request: dict) -> dict:
    names = needed(request, "JobNames")
    return {
        "Jobs": [defined[name] for name in names if name in defined],
        "JobsNotFound": [name for name in names if name not in defined],
    }


def list_jobs(request: dict) -> dict:
    return page(request, list(defined), "JobNames", most=1000)


def job(name: str) -> dict:
    """The definition of that name. Throws EntityNotFoundException where there is none."""
    if name not in defined:
        raise missing(f"Job {name} not found.")
    return defined[name]


def workers(settings: dict) -> dict:
    """WorkerType and NumberOfWorkers as asked for, checked, and the capacity that they come to."""
    kind = settings.get("WorkerType") or "G.1X"
    count = settings.get("NumberOfWorkers") or 10
    if settings.get("MaxCapacity") is not None or settings.get("AllocatedCapacity") is not None:
        raise invalid("From Glue 2.0 on a job takes WorkerType and NumberOfWorkers, and neither capacity.")
    if kind not in _WORKERS:
        raise invalid(f"Worker type {kind} is not one of Spark jobs: {', '.join(_WORKERS)}.")
    if count < 2:
        raise invalid(f"NumberOfWorkers is {count}, and a Spark job needs at least 2.")
    capacity = count * _WORKERS[kind]
    return {"WorkerType": kind, "NumberOfWorkers": count, "MaxCapacity": float(capacity), "AllocatedCapacity": capacity}


def timeout(minutes: int | None) -> int:
    """The minutes that a run may take: 480 where nothing is said."""
    if minutes is None:
        return _TIMEOUT
    if not 1 <= minutes <= 10080:
        raise invalid(f"Timeout is {minutes} minutes, and goes from 1 to 10080.")
    return minutes


def _checked(definition: dict) -> dict:
    needed(definition, "Role")
    command = needed(definition, "Command")
    kind, script = needed(command, "Name"), needed(command, "ScriptLocation")
    if kind not in ("glueetl", "gluestreaming", "pythonshell", "glueray"):
        raise invalid(f"{kind} is not the command of a job.")
    if kind != "glueetl":
        raise invalid(f"Jobs of the kind {kind} do not run here: glueetl does.")
    if not script.startswith("s3://"):
        raise invalid(f"ScriptLocation {script} is not in S3.")
    if str(command.get("PythonVersion", "3")) != "3":
        raise invalid(f"Python {command['PythonVersion']} is not one of Glue {GLUE_VERSION}: it has 3.")
    concurrent = definition.get("ExecutionProperty", {}).get("MaxConcurrentRuns", 1)
    if concurrent < 1:
        raise invalid(f"MaxConcurrentRuns is {concurrent}, and must be 1 or more.")
    return {
        **{field: value for field, value in definition.items() if value is not None},
        **workers(definition),
        "GlueVersion": _version(definition.get("GlueVersion")),
        "ExecutionProperty": {"MaxConcurrentRuns": concurrent},
        "MaxRetries": _retries(definition),
        "Timeout": timeout(definition.get("Timeout")),
        "ExecutionClass": definition.get("ExecutionClass") or "STANDARD",
        "JobMode": definition.get("JobMode") or "SCRIPT",
    }


def _version(version: str | None) -> str:
    version = version or GLUE_VERSION
    if version not in _VERSIONS:
        raise invalid(f"Glue {version} does not exist: {', '.join(_VERSIONS)} do.")
    if version != GLUE_VERSION:
        raise invalid(f"Glue {version} is not installed here, where jobs run on {GLUE_VERSION}.")
    return version


def _retries(definition: dict) -> int:
    retries = definition.get("MaxRetries") or 0
    if retries:
        raise invalid("MaxRetries is not built here: whoever starts a run, starts the next one.")
    if definition.get("JobRunQueuingEnabled"):
        raise invalid("JobRunQueuingEnabled is not built here: a run too many is refused.")
    return 0


OPERATIONS = {
    "CreateJob": create_job,
    "UpdateJob": update_job,
    "DeleteJob": delete_job,
    "GetJob": get_job,
    "GetJobs": get_jobs,
    "BatchGetJobs": batch_get_jobs,
    "ListJobs": list_jobs,
}
