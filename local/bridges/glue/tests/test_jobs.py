"""Jobs and their runs. The scripts are real processes here, but without Spark, which test/integration has."""

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from test_catalogue import error_of

from lodestream_glue.jobs import java, run, spark

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"}
JOB = {"Name": "silver", "Role": "role", "Command": COMMAND, "WorkerType": "G.1X", "NumberOfWorkers": 2}


@pytest.fixture
def scripts(monkeypatch):
    """What S3 holds, by bucket and key: `/code/job.py`."""
    held = {}

    class Objects(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path in held else 404)
            self.end_headers()
            self.wfile.write(held.get(self.path, "").encode())

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Objects)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    submit = [sys.executable, str(Path(__file__).with_name("without_spark.py"))]
    installed = {"submit": submit, "submit_iceberg": submit, "env": {"PYSPARK_PYTHON": sys.executable}}
    monkeypatch.setattr(spark, "_installed", installed)
    yield held
    server.shutdown()
    thread.join()
    server.server_close()


def ended(glue, number, job="silver"):
    return until(lambda: described(glue, number, job), lambda it: "CompletedOn" in it)


def described(glue, number, job="silver"):
    return glue.get_job_run(JobName=job, RunId=number)["JobRun"]


def until(ask, holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.01)
    return answer


def output(number):
    return (run.FOLDER / number / "output.log").read_text()


def test_a_run_gets_its_own_arguments_and_none_of_those_that_glue_takes(glue, scripts):
    scripts["/code/job.py"] = "import json, sys\nprint(json.dumps(sys.argv[1:]))"
    defaults = {"--day": "2026-11-19", "--venue": "nyse", "--conf": "a=b --conf c=d", "--enable-metrics": "true"}
    fixed = {"--venue": "bats", "--datalake-formats": "iceberg", "--TempDir": "s3://scratch/"}
    glue.create_job(**JOB, DefaultArguments=defaults, NonOverridableArguments=fixed)
    number = glue.start_job_run(JobName="silver", Arguments={"--day": "2026-11-20", "--venue": "x"})["JobRunId"]
    assert ended(glue, number)["JobRunState"] == "SUCCEEDED"
    given = json.loads(output(number))
    assert dict(zip(given[::2], given[1::2], strict=True)) == {
        **{"--JOB_NAME": "silver", "--JOB_RUN_ID": number},
        **{"--day": "2026-11-20", "--venue": "bats", "--TempDir": "s3://scratch/"},
    }


def test_extra_files_are_where_the_script_looks(glue, scripts):
    scripts["/code/job.py"] = "print(open('rates.csv').read())"
    scripts["/code/rates.csv"] = "1.25"
    glue.create_job(**JOB, DefaultArguments={"--extra-files": "s3://code/rates.csv"})
    number = glue.start_job_run(JobName="silver")["JobRunId"]
    assert ended(glue, number)["JobRunState"] == "SUCCEEDED"
    assert output(number) == "1.25\n"


def test_a_run_that_raises_fails_with_its_last_word(glue, scripts):
    scripts["/code/job.py"] = "print('so far')\nraise ValueError('no rows of 2026-11-20')"
    glue.create_job(**JOB)
    run = ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "ValueError: no rows of 2026-11-20")
    assert (run["WorkerType"], run["NumberOfWorkers"], run["GlueVersion"]) == ("G.1X", 2, "5.1")


def test_a_run_without_its_script_fails_at_launch(glue, scripts):
    glue.create_job(**JOB)
    run = ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])
    assert run["ErrorMessage"] == "LAUNCH ERROR | s3://code/job.py is not in S3."


def test_a_stopped_run_takes_all_its_processes_with_it(glue, scripts):
    scripts["/code/job.py"] = (
        "import subprocess, time\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\ntime.sleep(600)"
    )
    glue.create_job(**JOB)
    number = glue.start_job_run(JobName="silver")["JobRunId"]
    until(lambda: described(glue, number)["JobRunState"], lambda state: state == "RUNNING")
    child = int(until(lambda: output(number), lambda text: text))
    answer = glue.batch_stop_job_run(JobName="silver", JobRunIds=[number, "jr_other"])
    assert [it["JobRunId"] for it in answer["SuccessfulSubmissions"]] == [number]
    assert [it["ErrorDetail"]["ErrorCode"] for it in answer["Errors"]] == ["EntityNotFoundException"]
    assert ended(glue, number)["JobRunState"] == "STOPPED"
    until(lambda: subprocess.run(["ps", "-o", "stat=", "-p", str(child)], capture_output=True).stdout, is_gone)
    again = glue.batch_stop_job_run(JobName="silver", JobRunIds=[number])
    assert [it["ErrorDetail"]["ErrorCode"] for it in again["Errors"]] == ["InvalidInputException"]


def is_gone(stat: bytes) -> bool:
    """Ended, if only waiting for its new parent to notice."""
    return stat.strip() in (b"", b"Z")


def test_a_run_that_takes_too_long_is_ended(glue, scripts, monkeypatch):
    monkeypatch.setattr(run, "MINUTE", 0.3)
    scripts["/code/job.py"] = "import time\ntime.sleep(600)"
    glue.create_job(**JOB, Timeout=10)
    number = glue.start_job_run(JobName="silver", Timeout=1)["JobRunId"]
    assert ended(glue, number)["JobRunState"] == "TIMEOUT"


def test_a_run_too_many_is_refused_until_one_is_over(glue, scripts):
    scripts["/code/job.py"] = "import time\ntime.sleep(600)"
    glue.create_job(**JOB, ExecutionProperty={"MaxConcurrentRuns": 2})
    first, _ = (glue.start_job_run(JobName="silver")["JobRunId"] for _ in range(2))
    assert error_of(glue.start_job_run, JobName="silver") == "ConcurrentRunsExceededException"
    glue.batch_stop_job_run(JobName="silver", JobRunIds=[first])
    assert ended(glue, first)["JobRunState"] == "STOPPED"
    third = glue.start_job_run(JobName="silver")["JobRunId"]
    assert [it["Id"] for it in glue.get_job_runs(JobName="silver")["JobRuns"]][::2] == [third, first]


def test_what_is_not_there_is_not_found(glue):
    assert error_of(glue.start_job_run, JobName="gold") == "EntityNotFoundException"
    assert error_of(glue.get_job, JobName="gold") == "EntityNotFoundException"
    assert error_of(glue.get_job_runs, JobName="gold") == "EntityNotFoundException"
    assert error_of(glue.get_job_run, JobName="gold", RunId="jr_1") == "EntityNotFoundException"
    assert error_of(glue.update_job, JobName="gold", JobUpdate={}) == "EntityNotFoundException"
    assert glue.delete_job(JobName="gold")["JobName"] == "gold"


def test_an_update_replaces_a_job_whole(glue):
    glue.create_job(**JOB, Description="old", DefaultArguments={"--a": "b"})
    update = {field: value for field, value in JOB.items() if field != "Name"}
    glue.update_job(JobName="silver", JobUpdate={**update, "Timeout": 5})
    job = glue.get_job(JobName="silver")["Job"]
    assert (job["Timeout"], job.get("Description"), job.get("DefaultArguments")) == (5, None, None)
    assert error_of(glue.create_job, **JOB) == "AlreadyExistsException"


@pytest.mark.parametrize(
    "changed",
    [
        {"GlueVersion": "6.0"},
        {"GlueVersion": "4.0"},
        {"WorkerType": "Z.9X"},
        {"NumberOfWorkers": 1},
        {"MaxCapacity": 2.0},
        {"Timeout": 10081},
        {"MaxRetries": 1},
        {"ExecutionProperty": {"MaxConcurrentRuns": 0}},
        {"Command": {"Name": "pythonshell", "ScriptLocation": "s3://code/job.py"}},
        {"Command": {"Name": "glueetl", "ScriptLocation": "/code/job.py"}},
    ],
)
def test_a_job_that_could_not_run_is_refused(glue, changed):
    assert error_of(glue.create_job, **{**JOB, **changed}) == "InvalidInputException"


@pytest.mark.parametrize(
    "argument",
    [
        {"--JOB_NAME": "other"},
        {"--datalake-formats": "hudi"},
        {"--job-bookmark-option": "job-bookmark-enable"},
        {"--job-language": "scala"},
        {"--enable-glue-datacatalog": "true"},
        {"--additional-python-modules": "pandas"},
        {"--extra-py-files": "/tmp/x.py"},
    ],
)
def test_an_argument_that_would_have_no_effect_is_refused(glue, argument):
    glue.create_job(**JOB)
    assert error_of(glue.start_job_run, JobName="silver", Arguments=argument) == "InvalidInputException"


def test_java_is_kept_for_the_next_run_and_not_after_one_that_failed(glue, scripts):
    scripts["/code/job.py"] = "import os\nprint(os.environ['PYSPARK_GATEWAY_SECRET'])"
    glue.create_job(**JOB)
    assert ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])["JobRunState"] == "SUCCEEDED"
    (kept,) = java._idle
    assert ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])["JobRunState"] == "SUCCEEDED"
    assert java._idle == [kept]
    # Another's settings: it gives way.
    other = glue.start_job_run(JobName="silver", Arguments={"--conf": "spark.sql.shuffle.partitions=1"})["JobRunId"]
    assert ended(glue, other)["JobRunState"] == "SUCCEEDED"
    (second,) = java._idle
    assert second is not kept
    assert kept._process.returncode is not None
    scripts["/code/job.py"] = "raise ValueError('no rows')"
    failed = glue.start_job_run(JobName="silver", Arguments={"--conf": "spark.sql.shuffle.partitions=1"})["JobRunId"]
    assert ended(glue, failed)["ErrorMessage"] == "ValueError: no rows"
    assert java._idle == []
    assert second._process.returncode is not None


def test_java_that_died_while_it_was_kept_is_not_asked_again(glue, scripts):
    scripts["/code/job.py"] = ""
    glue.create_job(**JOB)
    ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])
    (kept,) = java._idle
    kept._process.kill()
    kept._process.wait()
    assert ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])["JobRunState"] == "SUCCEEDED"
    (second,) = java._idle
    assert second is not kept


def test_java_that_cannot_start_fails_the_run_at_launch(glue, scripts, monkeypatch):
    monkeypatch.setitem(spark._installed, "submit", [sys.executable, "-c", "raise SystemExit('no memory')"])
    scripts["/code/job.py"] = ""
    glue.create_job(**JOB)
    run = ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])
    assert (run["JobRunState"], run["ErrorMessage"][:12]) == ("FAILED", "LAUNCH ERROR")


def test_a_setting_of_a_job_goes_before_ours(glue, scripts):
    scripts["/code/job.py"] = ""
    glue.create_job(**JOB)
    ended(glue, glue.start_job_run(JobName="silver", Arguments={"--conf": "spark.local.dir=/own"})["JobRunId"])
    (kept,) = java._idle
    said = [word for word in kept._process.args if word.startswith("spark.")]
    assert [word.split("=")[0] for word in said].count("spark.local.dir") == 1
    assert "spark.local.dir=/own" in said
    assert f"spark.sql.warehouse.dir={kept.folder / 'warehouse'}" in said


def test_java_that_nobody_needs_is_ended(glue, scripts, monkeypatch):
    monkeypatch.setattr(java, "KEPT", 0.05)
    scripts["/code/job.py"] = ""
    glue.create_job(**JOB)
    ended(glue, glue.start_job_run(JobName="silver")["JobRunId"])
    until(lambda: list(run.FOLDER.glob("java_*")), lambda left: left == [])
    assert java._idle == []
