"""Runs a job's script as spark-submit does: `python drive.py SCRIPT WORDS…`. Afterwards Spark's Java is free again."""

import os
import runpy
import sys


def main() -> None:
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(sys.argv[0])
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise
    # What the script left open would be the next one's.
    if "pyspark" in sys.modules:
        from pyspark import SparkContext

        context = SparkContext._active_spark_context
        if context is not None:
            context.stop()


main()
