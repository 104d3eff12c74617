"""Registries: a name that groups schemas."""

from lodestream_glue.pages import page
from lodestream_glue.refusals import GlueError, invalid, needed, taken
from lodestream_glue.schemas.kept import changing, moment, only, registries
from lodestream_glue.schemas.named import DEFAULT_REGISTRY, arn_of_registry, checked_name, named_registry

MOST_REGISTRIES = 10
MOST_TAGS = 50


@changing
def create_registry(request: dict) -> dict:
    name = checked_name(request, "RegistryName")
    if name in registries:
        raise taken(f"Registry already exists. RegistryName: {name}")
    if len(registries) >= MOST_REGISTRIES:
        raise GlueError("ResourceNumberLimitExceededException", "More registries cannot be created.")
    return only(_create(name, request), "RegistryArn", "RegistryName", "Description", "Tags")


def get_registry(request: dict) -> dict:
    registry = named_registry(needed(request, "RegistryId"))
    return only(registry, "RegistryName", "RegistryArn", "Description", "Status", "CreatedTime", "UpdatedTime")


def list_registries(request: dict) -> dict:
    fields = ("RegistryName", "RegistryArn", "Description", "Status", "CreatedTime", "UpdatedTime")
    return page(request, [only(registry, *fields) for registry in registries.values()], "Registries", most=100)


@changing
def update_registry(request: dict) -> dict:
    registry = named_registry(needed(request, "RegistryId"))
    registry.update(Description=needed(request, "Description"), UpdatedTime=moment())
    return only(registry, "RegistryName", "RegistryArn")


@changing
def delete_registry(request: dict) -> dict:
    """Deletes it with all its schemas and their versions, at once."""
    registry = named_registry(needed(request, "RegistryId"))
    del registries[registry["RegistryName"]]
    return {**only(registry, "RegistryName", "RegistryArn"), "Status": "DELETING"}


def registry_for_schema(which: dict | None) -> dict:
    """The registry in which a schema is created; the default one is made when it is first needed."""
    if not which and DEFAULT_REGISTRY not in registries:
        return _create(DEFAULT_REGISTRY, {})
    return named_registry(which)


def checked_tags(request: dict) -> dict[str, str]:
    """The tags of what is created: at most 50."""
    tags = request.get("Tags") or {}
    if len(tags) > MOST_TAGS:
        raise invalid(f"Tags are {len(tags)}, and may be {MOST_TAGS}.")
    return dict(tags)


def _create(name: str, request: dict) -> dict:
    now = moment()
    registry = {
        "RegistryName": name,
        "RegistryArn": arn_of_registry(name),
        "Description": request.get("Description"),
        "Status": "AVAILABLE",
        "CreatedTime": now,
        "UpdatedTime": now,
        "Tags": checked_tags(request),
        "schemas": {},
    }
    registries[name] = registry
    return registry


OPERATIONS = {
    "CreateRegistry": create_registry,
    "GetRegistry": get_registry,
    "ListRegistries": list_registries,
    "UpdateRegistry": update_registry,
    "DeleteRegistry": delete_registry,
}
