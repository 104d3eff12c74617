"""The arguments of a job, read as Glue's own library reads them."""

import argparse

_BOOKMARK = ("job-bookmark-enable", "job-bookmark-disable", "job-bookmark-pause")
# Glue hands these to every job, and answers them beside what the job asked for.
_GIVEN = ("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "job-bookmark-from", "job-bookmark-to", "TempDir")
_RESERVED = (
    "JOB_ID",
    "JOB_RUN_ID",
    "SECURITY_CONFIGURATION",
    "job-bookmark-option",
    "job-bookmark-from",
    "job-bookmark-to",
)


class GlueArgumentError(Exception):
    """An argument that the job asked for was not given, or has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise GlueArgumentError(message)


def getResolvedOptions(args: list[str], options: list[str]) -> dict[str, str]:
    """
    The values of these options, by their names without dashes. What else stands in `args` is left alone.
    Throws GlueArgumentError where one of them was not given, RuntimeError where one is Glue's own.
    """
    parser = _Parser(prog=args[0] if args else None)
    reserved = [option for option in options if option in _RESERVED]
    if reserved:
        raise RuntimeError(f"Using reserved arguments --{reserved[0]}")
    for name in _GIVEN:
        parser.add_argument(f"--{name}")
    parser.add_argument("--job-bookmark-option", choices=_BOOKMARK, default="job-bookmark-disable")
    for option in options:
        if option != "TempDir":
            parser.add_argument(f"--{option}", required=True)
    known, _ = parser.parse_known_args(args[1:])
    return vars(known)
