"""Tags of registries and schemas, by their ARNs."""

from lodestream_glue.refusals import invalid, missing, needed
from lodestream_glue.schemas.kept import changing
from lodestream_glue.schemas.named import named_registry, named_schema
from lodestream_glue.schemas.registries import MOST_TAGS


def get_tags(request: dict) -> dict:
    return {"Tags": _tagged(request)["Tags"]}


@changing
def tag_resource(request: dict) -> dict:
    tags = _tagged(request)["Tags"]
    tags.update(needed(request, "TagsToAdd"))
    if len(tags) > MOST_TAGS:
        raise invalid(f"Tags are {len(tags)}, and may be {MOST_TAGS}.")
    return {}


@changing
def untag_resource(request: dict) -> dict:
    tags = _tagged(request)["Tags"]
    for name in needed(request, "TagsToRemove"):
        tags.pop(name, None)
    return {}


def _tagged(request: dict) -> dict:
    arn = needed(request, "ResourceArn")
    if ":registry/" in arn:
        return named_registry({"RegistryArn": arn})
    if ":schema/" in arn:
        return named_schema({"SchemaArn": arn})
    raise missing(f"{arn} has no tags here: registries and schemas have.")


OPERATIONS = {"GetTags": get_tags, "TagResource": tag_resource, "UntagResource": untag_resource}
