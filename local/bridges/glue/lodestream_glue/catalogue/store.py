"""Where the catalogue is kept, and how a request says which part of it is meant."""

from moto.glue.models import FakeTable, GlueBackend

from lodestream_glue.refusals import ACCOUNT, missing, needed

backend = GlueBackend("us-east-1", ACCOUNT)


def own_catalogue(request: dict) -> None:
    """Refuses a catalogue other than the account's own, which is the only one here."""
    catalogue = request.get("CatalogId")
    if catalogue not in (None, "", ACCOUNT):
        raise missing(f"Catalog {catalogue} not found.")


def folded(request: dict, field: str) -> str:
    """The name in that field, in lower case as Glue keeps names of databases and tables."""
    return needed(request, field).lower()


def named_table(request: dict, field: str = "TableName") -> FakeTable:
    """The table that DatabaseName and `field` name."""
    own_catalogue(request)
    return backend.get_table(folded(request, "DatabaseName"), folded(request, field))


def only(entity: dict, request: dict, fields: dict[str, str]) -> dict:
    """The entity, or those of its fields that AttributesToGet asks for. @param fields field by attribute"""
    wanted = request.get("AttributesToGet")
    if not wanted:
        return entity
    kept = {fields[attribute] for attribute in wanted if attribute in fields}
    return {field: value for field, value in entity.items() if field in kept}
