"""Of Glue's Python library what a job on plain Spark uses: its arguments."""

import sys

from awsglue import arguments

# The name by which scripts know it on AWS.
utils = sys.modules["awsglue.utils"] = arguments
