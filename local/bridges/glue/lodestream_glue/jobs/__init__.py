"""Jobs: their definitions, and their runs, each of which is a real spark-submit."""

from lodestream_glue.jobs import definitions, runs

OPERATIONS = {**definitions.OPERATIONS, **runs.OPERATIONS}
"""What each operation of Glue's API answers to a request, by its name."""
