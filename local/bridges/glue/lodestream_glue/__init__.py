"""Glue's API on this machine: the data catalogue, the schema registry, and jobs that Spark really runs."""
