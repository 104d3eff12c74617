"""What the registry asks of Avro schemas: that they are such, and that a new version gets on with earlier ones."""

import json

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import Schema, make_avsc_object

MODES = ("NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL")


def why_no_schema(definition: str) -> str | None:
    """Why the text is no Avro schema; None where it is one."""
    try:
        _parsed(definition)
    except (AvroException, ValueError) as error:
        return str(error)
    return None


def same(definition: str, other: str) -> bool:
    """Whether two texts say the same, however they are spaced."""
    return json.loads(definition) == json.loads(other)


def why_incompatible(mode: str, definition: str, earlier: list[str]) -> str | None:
    """Why a new version may not follow those, the oldest first; None where it may.

    BACKWARD: whoever has the new version reads what the last one wrote. FORWARD: whoever has the last one reads what
    the new one writes. FULL: both. With _ALL it is every one of them, not the last alone.
    """
    if mode == "NONE" or not earlier:
        return None
    new = _parsed(definition)
    for old in map(_parsed, earlier if mode.endswith("_ALL") else earlier[-1:]):
        pairs = []
        if mode.startswith(("BACKWARD", "FULL")):
            pairs.append((new, old))
        if mode.startswith(("FORWARD", "FULL")):
            pairs.append((old, new))
        for reader, writer in pairs:
            result = ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
            if result.compatibility is not SchemaCompatibilityType.compatible:
                kinds = ", ".join(sorted(kind.value for kind in result.incompatibilities))
                return f"{kinds}: {', '.join(sorted(result.messages))}"
    return None


def _parsed(definition: str) -> Schema:
    return make_avsc_object(json.loads(definition))
