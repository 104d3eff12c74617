"""Databases."""

from lodestream_glue.catalogue import statistics
from lodestream_glue.catalogue.store import backend, folded, only, own_catalogue
from lodestream_glue.pages import page
from lodestream_glue.refusals import invalid, needed


def create_database(request: dict) -> dict:
    own_catalogue(request)
    database = _input(request)
    backend.create_database(database["Name"], database, request.get("Tags"))
    return {}


def get_database(request: dict) -> dict:
    own_catalogue(request)
    return {"Database": backend.get_database(folded(request, "Name")).as_dict()}


def get_databases(request: dict) -> dict:
    own_catalogue(request)
    fields = {"NAME": "Name", "TARGET_DATABASE": "TargetDatabase"}
    found = [only(database.as_dict(), request, fields) for database in backend.get_databases()]
    return page(request, found, "DatabaseList", most=100)


def update_database(request: dict) -> dict:
    own_catalogue(request)
    name, database = folded(request, "Name"), _input(request)
    if database["Name"] != name:
        raise invalid("The name of a database cannot be changed.")
    backend.update_database(name, database)
    return {}


def delete_database(request: dict) -> dict:
    """Deletes the database with every table in it."""
    own_catalogue(request)
    name = folded(request, "Name")
    tables = list(backend.get_database(name).tables)
    backend.delete_database(name)
    for table in tables:
        statistics.forget(name, table)
    return {}


def _input(request: dict) -> dict:
    database = needed(request, "DatabaseInput")
    return {**database, "Name": folded(database, "Name")}


OPERATIONS = {
    "CreateDatabase": create_database,
    "GetDatabase": get_database,
    "GetDatabases": get_databases,
    "UpdateDatabase": update_database,
    "DeleteDatabase": delete_database,
}
