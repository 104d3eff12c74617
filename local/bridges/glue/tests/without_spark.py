"""Runs a script as spark-submit does, its options left out: for tests of what is not Spark's."""

import os
import sys

words = sys.argv[1:]
while words[0] in ("--conf", "--jars", "--py-files"):
    words = words[2:]
os.execv(sys.executable, [sys.executable, *words])
