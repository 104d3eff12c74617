"""Of Glue's Python library what a job on plain Spark uses: its arguments."""
