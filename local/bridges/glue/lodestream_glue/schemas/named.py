"""How a request says which registry, schema or version is meant; and what their names may be."""

import re

from lodestream_glue.refusals import ACCOUNT, invalid, missing
from lodestream_glue.schemas.kept import registries

DEFAULT_REGISTRY = "default-registry"
_NAME = re.compile(r"[a-zA-Z0-9\-_$#.]{1,255}")
_VERSION_ID = re.compile(r"[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}")
_ARN = "arn:aws:glue:us-east-1:" + ACCOUNT


def arn_of_registry(name: str) -> str:
    return f"{_ARN}:registry/{name}"


def arn_of_schema(registry: str, name: str) -> str:
    return f"{_ARN}:schema/{registry}/{name}"


def checked_name(request: dict, field: str) -> str:
    """The name in that field: at most 255 letters, digits and -_$#. and no blank."""
    name = request.get(field)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise invalid(
            f"The parameter value contains one or more characters that are not valid. Parameter Name: {field}"
        )
    return name


def named_registry(which: dict | None) -> dict:
    """The registry of a RegistryId: by its name or its ARN; without one, the default registry."""
    which = which or {"RegistryName": DEFAULT_REGISTRY}
    name, arn = which.get("RegistryName"), which.get("RegistryArn")
    if (name is None) == (arn is None):
        raise invalid("One of registryName or registryArn has to be provided, both cannot be provided.")
    registry = registries.get(name if arn is None else arn.rpartition("/")[2])
    if registry is None or (arn is not None and registry["RegistryArn"] != arn):
        raise missing(f"Registry is not found. {_told(name, arn)}")
    return registry


def named_schema(which: dict | None) -> dict:
    """The schema of a SchemaId: by its registry's name and its own, or by its ARN."""
    which = which or {}
    arn, name = which.get("SchemaArn"), which.get("SchemaName")
    if arn is not None and (name is not None or which.get("RegistryName") is not None):
        raise invalid("One of (registryName and schemaName) or schemaArn has to be provided, both cannot be provided.")
    if arn is None and name is None:
        raise invalid("One of (registryName and schemaName) or schemaArn has to be provided.")
    registry = which.get("RegistryName") or DEFAULT_REGISTRY
    if arn is not None:
        registry, _, name = arn.partition(":schema/")[2].partition("/")
    schema = registries.get(registry, {}).get("schemas", {}).get(name)
    if schema is None:
        raise missing(f"Schema is not found. {_told(f'{registry}/{name}', arn)}")
    return schema


def numbered_version(schema: dict, which: dict | None) -> dict:
    """The version of a SchemaVersionNumber: a number, or the latest."""
    number, latest = (which or {}).get("VersionNumber"), (which or {}).get("LatestVersion")
    if (number is None) == (not latest):
        raise invalid("One of version number or latest version has to be provided, both cannot be provided.")
    for version in reversed(schema["versions"]):
        if latest or version["VersionNumber"] == number:
            return version
    raise missing(f"Schema version is not found. SchemaArn: {schema['SchemaArn']}, version: {number or 'latest'}")


def identified_version(version_id: str) -> tuple[dict, dict]:
    """The version of that id, wherever it is, and its schema."""
    if not _VERSION_ID.fullmatch(version_id):
        raise invalid(
            "The parameter value contains one or more characters that are not valid. Parameter Name: SchemaVersionId"
        )
    for registry in registries.values():
        for schema in registry["schemas"].values():
            for version in schema["versions"]:
                if version["SchemaVersionId"] == version_id:
                    return schema, version
    raise missing(f"Schema version is not found. Schema version id: {version_id}")


def _told(name: str | None, arn: str | None) -> str:
    return f"Name: {name}" if arn is None else f"Arn: {arn}"
