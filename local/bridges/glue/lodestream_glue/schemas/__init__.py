"""The schema registry: registries, schemas, versions, and the rules by which one version may follow another."""

from lodestream_glue.schemas import registries, schema_sets, tags, versions

OPERATIONS = {**registries.OPERATIONS, **schema_sets.OPERATIONS, **versions.OPERATIONS, **tags.OPERATIONS}
"""What each operation of Glue's API answers to a request, by its name."""
