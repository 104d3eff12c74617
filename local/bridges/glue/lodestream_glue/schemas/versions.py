"""Versions of a schema. What one says never changes; its id is a UUID by chance, and travels in every record."""

import re
from uuid import uuid4

from lodestream_glue.pages import page
from lodestream_glue.refusals import GlueError, invalid, needed
from lodestream_glue.schemas.avro_rules import same, why_incompatible, why_no_schema
from lodestream_glue.schemas.kept import changing, moment, only, registries
from lodestream_glue.schemas.named import identified_version, named_schema, numbered_version

LONGEST_DEFINITION = 170_000
MOST_VERSIONS = 1_000
_MOST_DELETED = 25


@changing
def register_schema_version(request: dict) -> dict:
    """The version that says the same already, or a new one. One that the mode forbids is kept as FAILURE."""
    schema, definition = named_schema(needed(request, "SchemaId")), checked_definition(request)
    for version in schema["versions"]:
        if same(version["SchemaDefinition"], definition):
            return only(version, "SchemaVersionId", "VersionNumber", "Status")
    if schema["Compatibility"] == "DISABLED":
        raise invalid(f"Compatibility DISABLED does not allow versioning. SchemaArn: {schema['SchemaArn']}")
    return only(add_version(schema, definition), "SchemaVersionId", "VersionNumber", "Status")


def get_schema_version(request: dict) -> dict:
    version_id, which, number = (request.get(f) for f in ("SchemaVersionId", "SchemaId", "SchemaVersionNumber"))
    if version_id is not None:
        if which is not None or number is not None:
            raise invalid("No other input parameters can be specified when fetching by SchemaVersionId.")
        schema, version = identified_version(version_id)
    else:
        schema = named_schema(which)
        version = numbered_version(schema, number)
    fields = ("SchemaVersionId", "SchemaDefinition", "VersionNumber", "Status", "CreatedTime")
    return {**only(version, *fields), **only(schema, "SchemaArn", "DataFormat")}


def get_schema_by_definition(request: dict) -> dict:
    schema, definition = named_schema(needed(request, "SchemaId")), checked_definition(request)
    for version in schema["versions"]:
        # Character for character: whoever writes has the text that was registered.
        if version["SchemaDefinition"] == definition:
            fields = ("SchemaVersionId", "Status", "CreatedTime")
            return {**only(version, *fields), **only(schema, "SchemaArn", "DataFormat")}
    raise GlueError("EntityNotFoundException", f"Schema is not found. SchemaArn: {schema['SchemaArn']}")


def list_schema_versions(request: dict) -> dict:
    schema = named_schema(needed(request, "SchemaId"))
    fields = ("SchemaVersionId", "VersionNumber", "Status", "CreatedTime")
    listed = [{"SchemaArn": schema["SchemaArn"], **only(version, *fields)} for version in schema["versions"]]
    return page(request, listed, "Schemas", most=100)


@changing
def delete_schema_versions(request: dict) -> dict:
    """Of a list such as `2` or `3-5,8`, those that are there; the checkpoint stays."""
    schema = named_schema(needed(request, "SchemaId"))
    errors = []
    for number in _numbers(needed(request, "Versions")):
        error = _why_not_deleted(schema, number)
        if error:
            errors.append({"VersionNumber": number, "ErrorDetails": error})
        else:
            schema["versions"] = [version for version in schema["versions"] if version["VersionNumber"] != number]
    return {"SchemaVersionErrors": errors}


def check_schema_version_validity(request: dict) -> dict:
    """Whether the text is a schema; no other version is compared with it."""
    if needed(request, "DataFormat") != "AVRO":
        raise invalid(f"Schemas in {request['DataFormat']} are not built here: events of the platform travel as AVRO.")
    error = why_no_schema(needed(request, "SchemaDefinition"))
    return {"Valid": True} if error is None else {"Valid": False, "Error": error}


def checked_definition(request: dict) -> str:
    """The definition in a request: an Avro schema of at most 170,000 characters."""
    definition = needed(request, "SchemaDefinition")
    if len(definition) > LONGEST_DEFINITION:
        raise invalid("The resource name contains too many or too few characters. Parameter Name: SchemaDefinition")
    error = why_no_schema(definition)
    if error:
        raise invalid(f"Schema definition of AVRO data format is invalid: {error}")
    return definition


def add_version(schema: dict, definition: str) -> dict:
    """The schema's next version, AVAILABLE or FAILURE at once."""
    counted = sum(len(one["versions"]) for registry in registries.values() for one in registry["schemas"].values())
    if counted >= MOST_VERSIONS:
        raise GlueError("ResourceNumberLimitExceededException", "More schema versions cannot be created.")
    earlier = [
        version["SchemaDefinition"]
        for version in schema["versions"]
        if version["Status"] == "AVAILABLE" and version["VersionNumber"] >= schema["SchemaCheckpoint"]
    ]
    forbidden = why_incompatible(schema["Compatibility"], definition, earlier)
    version = {
        "SchemaVersionId": str(uuid4()),
        "VersionNumber": schema["NextSchemaVersion"],
        "SchemaDefinition": definition,
        "Status": "AVAILABLE" if forbidden is None else "FAILURE",
        "CreatedTime": moment(),
    }
    schema["versions"].append(version)
    schema["LatestSchemaVersion"] = version["VersionNumber"]
    schema["NextSchemaVersion"] += 1
    if forbidden:
        # AWS tells nobody why; whoever reads this process's log is told.
        print(f"{schema['SchemaName']} version {version['VersionNumber']} is FAILURE: {forbidden}", flush=True)
    return version


def _numbers(versions: str) -> list[int]:
    if not re.fullmatch(r"[1-9]\d{0,4}(-[1-9]\d{0,4})?(,[1-9]\d{0,4}(-[1-9]\d{0,4})?)*", versions):
        raise invalid(f"Versions {versions} is no list of versions such as 2 or 3-5,8.")
    ends = [part.partition("-") for part in versions.split(",")]
    numbers = [number for first, _, last in ends for number in range(int(first), int(last or first) + 1)]
    if len(numbers) > _MOST_DELETED:
        raise invalid(f"Versions are {len(numbers)}, and may be {_MOST_DELETED} in one call.")
    return numbers


def _why_not_deleted(schema: dict, number: int) -> dict | None:
    if all(version["VersionNumber"] != number for version in schema["versions"]):
        return {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Version {number} is not found."}
    if number == schema["SchemaCheckpoint"]:
        return {"ErrorCode": "InvalidInputException", "ErrorMessage": f"Version {number} is the schema's checkpoint."}
    return None


OPERATIONS = {
    "RegisterSchemaVersion": register_schema_version,
    "GetSchemaVersion": get_schema_version,
    "GetSchemaByDefinition": get_schema_by_definition,
    "ListSchemaVersions": list_schema_versions,
    "DeleteSchemaVersions": delete_schema_versions,
    "CheckSchemaVersionValidity": check_schema_version_validity,
}
