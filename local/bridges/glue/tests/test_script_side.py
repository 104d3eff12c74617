"""What a script sees: its arguments; and what of its end is told."""

import pytest
from awsglue.utils import GlueArgumentError, getResolvedOptions

from lodestream_glue.jobs.complaint import complaint

GIVEN = ["job.py", "--JOB_NAME", "silver", "--JOB_RUN_ID", "jr_1", "--day", "2026-11-20", "--extra", "x"]


def test_options_are_answered_by_name():
    options = getResolvedOptions(GIVEN, ["JOB_NAME", "day"])
    assert (options["JOB_NAME"], options["day"]) == ("silver", "2026-11-20")
    assert "extra" not in options


def test_a_value_may_hold_anything():
    contract = '{"event": "tick", "says": "a -- b"}'
    assert getResolvedOptions([*GIVEN, "--contract", contract], ["contract"])["contract"] == contract


@pytest.mark.parametrize("option", ["venue", "extr"])
def test_an_option_that_was_not_given_is_refused(option):
    with pytest.raises(GlueArgumentError, match=f"required: --{option}"):
        getResolvedOptions(GIVEN[:7], [option])


def test_glues_own_options_are_refused():
    with pytest.raises(RuntimeError, match="reserved arguments --JOB_RUN_ID"):
        getResolvedOptions(GIVEN, ["JOB_RUN_ID"])


def test_glue_context_is_refused_in_a_sentence():
    with pytest.raises(ImportError, match=r"SparkSession\.builder"):
        __import__("awsglue.context")


TRACE = 'Traceback (most recent call last):\n  File "job.py", line 1, in <module>\n    work()\n'


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (f"{TRACE}ValueError: no rows\n", "ValueError: no rows"),
        (f"{TRACE}ValueError: old\n\nDuring handling, another:\n\n{TRACE}KeyError: 'x'\n", "KeyError: 'x'"),
        (
            f"{TRACE}pyspark.errors.AnalysisException: [PATH_NOT_FOUND] s3://x\n;\n'Rel",
            "AnalysisException: [PATH_NOT_FOUND] s3://x",
        ),
        (
            f"{TRACE}py4j.protocol.Py4JJavaError: An error calling o9.count.\n: java.io.IOException: disk\n\tat x",
            "Py4JJavaError: An error calling o9.count.: java.io.IOException: disk",
        ),
        (f"{TRACE}AssertionError\n", "AssertionError"),
        ('  File "job.py", line 1\n    def\n       ^\nSyntaxError: invalid syntax\n', "SyntaxError: invalid syntax"),
        ("java.lang.OutOfMemoryError: Java heap space\n\tat x\n", "java.lang.OutOfMemoryError: Java heap space"),
        ("nothing of note\n", "Command failed with exit code 3"),
    ],
)
def test_the_last_exception_is_what_is_told(output, says):
    assert complaint(output, 3) == says
