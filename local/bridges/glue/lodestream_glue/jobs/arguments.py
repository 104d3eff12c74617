"""The arguments of a run: which Glue takes for itself, and what the script gets."""

from dataclasses import dataclass, field

from lodestream_glue.refusals import invalid

# What Glue sets itself.
_FORBIDDEN = ("--JOB_NAME", "--JOB_ID", "--JOB_RUN_ID", "--debug", "--mode", "--endpoint")
# What Glue takes for itself, and what concerns AWS alone: consoles, logs, capacity.
_WITHOUT_EFFECT = (
    *("--enable-auto-scaling", "--enable-continuous-cloudwatch-log", "--enable-continuous-log-filter"),
    *("--enable-job-insights", "--enable-lakeformation-fine-grained-access", "--enable-metrics"),
    *("--enable-observability-metrics", "--enable-rename-algorithm-v2", "--enable-s3-parquet-optimized-committer"),
    *("--enable-spark-ui", "--spark-event-logs-path", "--continuous-log-logGroup", "--custom-logGroup-prefix"),
    *("--custom-logStream-prefix", "--continuous-log-logStreamPrefix", "--continuous-log-conversionPattern"),
    *("--user-jars-first", "--write-shuffle-files-to-s3", "--write-shuffle-spills-to-s3", "--class"),
)
_NOT_HERE = {
    "--additional-python-modules": "a job here has Python's own library and PySpark",
    "--python-modules-installer-option": "a job here has Python's own library and PySpark",
    "--enable-glue-datacatalog": "tables are reached through an Iceberg catalogue, and files by their path",
}


@dataclass
class Arguments:
    """What a run is given."""

    script: str
    """Where the script is in S3."""
    iceberg: bool = False
    settings: list[str] = field(default_factory=list)
    """Spark's, each `name=value`."""
    python_files: list[str] = field(default_factory=list)
    jars: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """What lies in the folder where the script runs. These three are in S3."""
    words: list[str] = field(default_factory=list)
    """For the script itself."""


def read(script: str, given: dict[str, str]) -> Arguments:
    """Sorts a run's arguments. Throws InvalidInputException for what Glue forbids, and for what has no effect here."""
    arguments = Arguments(given.get("--scriptLocation", script))
    for name, value in given.items():
        if name in _FORBIDDEN:
            raise invalid(f"{name} is set by Glue, and cannot be set by a job.")
        if name in _NOT_HERE and value.lower() != "false":
            raise invalid(f"{name} is not built here: {_NOT_HERE[name]}.")
        if name in _NOT_HERE or name in _WITHOUT_EFFECT or name == "--scriptLocation":
            continue
        _take(arguments, name, value)
    return arguments


def _take(arguments: Arguments, name: str, value: str) -> None:
    match name:
        case "--conf":
            # One argument holds many settings as `a=b --conf c=d`, since a job has each argument once.
            arguments.settings += [setting.strip() for setting in value.split("--conf ")]
        case "--datalake-formats":
            formats = _listed(value)
            if other := [it for it in formats if it != "iceberg"]:
                raise invalid(f"--datalake-formats {other[0]} does not run here: iceberg does.")
            arguments.iceberg = bool(formats)
        case "--extra-py-files":
            arguments.python_files += _in_s3(name, value)
        case "--extra-jars":
            arguments.jars += _in_s3(name, value)
        case "--extra-files":
            arguments.files += _in_s3(name, value)
        case "--job-language":
            if value != "python":
                raise invalid(f"--job-language {value} does not run here: python does.")
        case "--job-bookmark-option" if value == "job-bookmark-enable":
            raise invalid("Job bookmarks are not built here: a run is told what to read.")
        case _:
            arguments.words += [name, value]


def _listed(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _in_s3(name: str, value: str) -> list[str]:
    addresses = _listed(value)
    for address in addresses:
        if not address.startswith("s3://"):
            raise invalid(f"{name} holds {address}, which is not in S3.")
    return addresses
