"""Schemas: what their versions have in common, the rule by which one may follow another first of all."""

from lodestream_glue.pages import page
from lodestream_glue.refusals import invalid, needed, taken
from lodestream_glue.schemas.avro_rules import MODES
from lodestream_glue.schemas.kept import changing, moment, only, registries
from lodestream_glue.schemas.named import (
    arn_of_schema,
    checked_name,
    named_registry,
    named_schema,
    numbered_version,
)
from lodestream_glue.schemas.registries import checked_tags, registry_for_schema
from lodestream_glue.schemas.versions import add_version, checked_definition

_DESCRIBED = (
    *("RegistryName", "RegistryArn", "SchemaName", "SchemaArn", "Description", "DataFormat", "Compatibility"),
    *("SchemaCheckpoint", "LatestSchemaVersion", "NextSchemaVersion", "SchemaStatus"),
)


@changing
def create_schema(request: dict) -> dict:
    """With its first version where the request has a definition; otherwise RegisterSchemaVersion brings it."""
    registry, name = registry_for_schema(request.get("RegistryId")), checked_name(request, "SchemaName")
    if name in registry["schemas"]:
        raise taken(f"Schema already exists. SchemaName: {name}")
    now = moment()
    schema = {
        **only(registry, "RegistryName", "RegistryArn"),
        "SchemaName": name,
        "SchemaArn": arn_of_schema(registry["RegistryName"], name),
        "Description": request.get("Description"),
        "DataFormat": _data_format(request),
        "Compatibility": _mode(request),
        "SchemaStatus": "AVAILABLE",
        "SchemaCheckpoint": 1,
        "NextSchemaVersion": 1,
        "CreatedTime": now,
        "UpdatedTime": now,
        "Tags": checked_tags(request),
        "versions": [],
    }
    registry["schemas"][name] = schema
    first = {}
    if request.get("SchemaDefinition") is not None:
        version = add_version(schema, checked_definition(request))
        first = {"SchemaVersionId": version["SchemaVersionId"], "SchemaVersionStatus": version["Status"]}
    return {**only(schema, *_DESCRIBED, "Tags"), **first}


def get_schema(request: dict) -> dict:
    return only(named_schema(needed(request, "SchemaId")), *_DESCRIBED, "CreatedTime", "UpdatedTime")


def list_schemas(request: dict) -> dict:
    which = request.get("RegistryId")
    listed = [named_registry(which)] if which else list(registries.values())
    fields = ("RegistryName", "SchemaName", "SchemaArn", "Description", "SchemaStatus", "CreatedTime", "UpdatedTime")
    schemas = [only(schema, *fields) for registry in listed for schema in registry["schemas"].values()]
    return page(request, schemas, "Schemas", most=100)


@changing
def update_schema(request: dict) -> dict:
    """Its mode, which names the version to check from as well; that checkpoint alone; its description."""
    schema = named_schema(needed(request, "SchemaId"))
    mode, number = request.get("Compatibility"), request.get("SchemaVersionNumber")
    if mode is None and number is None:
        raise invalid("One of compatibility or version number has to be provided.")
    if mode is not None:
        if number is None:
            raise invalid("The version number, a checkpoint, has to be provided with compatibility.")
        schema["Compatibility"] = _mode(request)
    schema["SchemaCheckpoint"] = numbered_version(schema, number)["VersionNumber"]
    if request.get("Description") is not None:
        schema["Description"] = request["Description"]
    schema["UpdatedTime"] = moment()
    return only(schema, "SchemaArn", "SchemaName", "RegistryName")


@changing
def delete_schema(request: dict) -> dict:
    """Deletes it with its versions, at once."""
    schema = named_schema(needed(request, "SchemaId"))
    del registries[schema["RegistryName"]]["schemas"][schema["SchemaName"]]
    return {**only(schema, "SchemaArn", "SchemaName"), "Status": "DELETING"}


def _data_format(request: dict) -> str:
    data_format = needed(request, "DataFormat")
    if data_format not in ("AVRO", "JSON", "PROTOBUF"):
        raise invalid("Data format is not valid.")
    if data_format != "AVRO":
        raise invalid(f"Schemas in {data_format} are not built here: events of the platform travel as AVRO.")
    return data_format


def _mode(request: dict) -> str:
    # AWS has a mode for whoever names none, and does not say which.
    mode = needed(request, "Compatibility")
    if mode not in MODES:
        raise invalid(f"Compatibility is not valid. It takes {', '.join(MODES)}.")
    return mode


OPERATIONS = {
    "CreateSchema": create_schema,
    "GetSchema": get_schema,
    "ListSchemas": list_schemas,
    "UpdateSchema": update_schema,
    "DeleteSchema": delete_schema,
}
