"""Stands for spark-submit in tests of what is not Spark's: says where nobody answers, and ends with its input."""

import os
import struct
import sys
from pathlib import Path

answer = Path(os.environ["_PYSPARK_DRIVER_CONN_INFO_PATH"])
partial = answer.with_suffix(".partial")
partial.write_bytes(struct.pack(">ii", 9, 6) + b"secret")
partial.rename(answer)
sys.stdin.read()
