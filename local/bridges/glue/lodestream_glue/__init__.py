"""Glue's API on this machine: the data catalogue, and jobs that Spark really runs."""
