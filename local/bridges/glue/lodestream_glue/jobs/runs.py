"""The runs of jobs: started, asked for, stopped."""

from lodestream_glue.jobs import arguments, definitions, java
from lodestream_glue.jobs.run import Run
from lodestream_glue.pages import page
from lodestream_glue.refusals import GlueError, at_most, missing, needed

started: dict[str, list[Run]] = {}
"""The runs of each job, the oldest first."""


def start_job_run(request: dict) -> dict:
    job = definitions.job(needed(request, "JobName"))
    name = job["Name"]
    earlier = started.setdefault(name, [])
    if request.get("JobRunId"):
        _run(name, request["JobRunId"])
    given = {
        **(job.get("DefaultArguments") or {}),
        **(request.get("Arguments") or {}),
        **(job.get("NonOverridableArguments") or {}),
    }
    read = arguments.read(job["Command"]["ScriptLocation"], given)
    settings = _settings(job, request, given)
    if sum(not run.is_over for run in earlier) >= job["ExecutionProperty"]["MaxConcurrentRuns"]:
        raise GlueError("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
    run = Run(name, read, settings, definitions.timeout(request.get("Timeout") or job["Timeout"]))
    earlier.append(run)
    return {"JobRunId": run.id}


def get_job_run(request: dict) -> dict:
    return {"JobRun": _run(needed(request, "JobName"), needed(request, "RunId")).described()}


def get_job_runs(request: dict) -> dict:
    """The newest first."""
    job = definitions.job(needed(request, "JobName"))
    runs = [run.described() for run in reversed(started.get(job["Name"], []))]
    return page(request, runs, "JobRuns", most=200)


def batch_stop_job_run(request: dict) -> dict:
    """Answers at once: a run that it stops is STOPPING until its process has ended."""
    name = needed(request, "JobName")
    stopped, errors = [], []
    for number in at_most(25, needed(request, "JobRunIds"), "JobRunIds"):
        which = {"JobName": name, "JobRunId": number}
        try:
            _run(name, number).stop()
            stopped.append(which)
        except GlueError as refused:
            errors.append({**which, "ErrorDetail": {"ErrorCode": refused.error, "ErrorMessage": refused.says}})
    return {"SuccessfulSubmissions": stopped, "Errors": errors}


def stop_all() -> None:
    """Ends every run and waits until it has ended; the Javas that wait for one end, too."""
    left = [run for runs in started.values() for run in runs if not run.is_over]
    for run in left:
        try:
            run.stop()
        except GlueError:
            # It ended by itself in the meantime.
            continue
    for run in left:
        run.wait(5)
    java.end_all()


def _run(job: str, number: str) -> Run:
    for run in started.get(job, []):
        if run.id == number:
            return run
    raise missing(f"Job run {number} of job {job} not found.")


def _settings(job: dict, request: dict, given: dict[str, str]) -> dict:
    """What a run has of its job, unless its start says otherwise."""
    asked = {
        field: request.get(field) or (None if "Capacity" in field else job[field])
        for field in ("WorkerType", "NumberOfWorkers", "MaxCapacity", "AllocatedCapacity")
    }
    return {
        **definitions.workers(asked),
        "Arguments": given,
        "GlueVersion": job["GlueVersion"],
        "ExecutionClass": request.get("ExecutionClass") or job["ExecutionClass"],
        "JobMode": job["JobMode"],
        **({"PreviousRunId": request["JobRunId"]} if request.get("JobRunId") else {}),
    }


OPERATIONS = {
    "StartJobRun": start_job_run,
    "GetJobRun": get_job_run,
    "GetJobRuns": get_job_runs,
    "BatchStopJobRun": batch_stop_job_run,
}
