"""The data catalogue: moto keeps it; what Glue refuses and moto takes is refused here."""

from lodestream_glue.catalogue import databases, partitions, statistics, tables

OPERATIONS = {**databases.OPERATIONS, **tables.OPERATIONS, **partitions.OPERATIONS, **statistics.OPERATIONS}
"""What each operation of Glue's API answers to a request, by its name."""
