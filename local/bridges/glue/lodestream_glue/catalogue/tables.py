"""Tables and their versions. An update that names a version succeeds only while that version is the newest."""

import re

from moto.glue.models import FakeTable

from lodestream_glue.catalogue import statistics
from lodestream_glue.catalogue.store import backend, folded, named_table, only, own_catalogue
from lodestream_glue.pages import page
from lodestream_glue.refusals import GlueError, at_most, invalid, missing, needed


def create_table(request: dict) -> dict:
    own_catalogue(request)
    if request.get("OpenTableFormatInput"):
        raise invalid("OpenTableFormatInput is not built here: Athena's CREATE TABLE makes the table and its metadata.")
    if request.get("PartitionIndexes"):
        raise invalid("PartitionIndexes is not built here: partitions are found without an index.")
    table = _input(request)
    backend.create_table(folded(request, "DatabaseName"), table["Name"], table)
    return {}


def get_table(request: dict) -> dict:
    return {"Table": _described(named_table(request, "Name"))}


def get_tables(request: dict) -> dict:
    own_catalogue(request)
    tables = backend.get_database(folded(request, "DatabaseName")).tables
    expression = request.get("Expression")
    if expression:
        wanted = _pattern(expression)
        tables = {name: table for name, table in tables.items() if wanted.fullmatch(name)}
    fields = {"NAME": "Name", "TABLE_TYPE": "TableType"}
    return page(request, [only(_described(table), request, fields) for table in tables.values()], "TableList", most=100)


def update_table(request: dict) -> dict:
    own_catalogue(request)
    changed = _input(request)
    table = backend.get_table(folded(request, "DatabaseName"), changed["Name"])
    if request.get("Name") and folded(request, "Name") != table.name:
        raise invalid("The name of a table cannot be changed.")
    newest = str(table._current_version)
    if request.get("VersionId") not in (None, newest):
        raise GlueError("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
    table.update(changed)
    if request.get("SkipArchive"):
        table.delete_version(newest)
    return {}


def delete_table(request: dict) -> dict:
    own_catalogue(request)
    _delete(folded(request, "DatabaseName"), folded(request, "Name"))
    return {}


def batch_delete_table(request: dict) -> dict:
    own_catalogue(request)
    database, errors = folded(request, "DatabaseName"), []
    tables = backend.get_database(database).tables
    for name in at_most(100, needed(request, "TablesToDelete"), "TablesToDelete"):
        if name.lower() in tables:
            _delete(database, name.lower())
        else:
            detail = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Table {name} not found."}
            errors.append({"TableName": name, "ErrorDetail": detail})
    return {"Errors": errors}


def get_table_version(request: dict) -> dict:
    table = named_table(request)
    return {"TableVersion": _version(table, request.get("VersionId") or str(table._current_version))}


def get_table_versions(request: dict) -> dict:
    """The versions that are kept, newest first."""
    table = named_table(request)
    return page(request, [_version(table, version) for version in reversed(table.versions)], "TableVersions", most=100)


def delete_table_version(request: dict) -> dict:
    table, version = named_table(request), needed(request, "VersionId")
    table.get_version(version)
    if version == str(table._current_version):
        raise invalid("The newest version of a table cannot be deleted.")
    table.delete_version(version)
    return {}


def _pattern(expression: str) -> re.Pattern:
    """A regular expression, in which a star that follows no character stands for any characters, as in Hive."""
    try:
        return re.compile(re.sub(r"(?<![.\])\w])\*", ".*", expression), re.IGNORECASE)
    except re.error:
        raise invalid(f"Unsupported expression '{expression}'") from None


def _input(request: dict) -> dict:
    table = needed(request, "TableInput")
    return {**table, "Name": folded(table, "Name")}


def _delete(database: str, name: str) -> None:
    backend.delete_table(database, name)
    statistics.forget(database, name)


def _described(table: FakeTable, version: str | None = None) -> dict:
    # Iceberg reads `Parameters` of every table that it lists, and Glue always answers them.
    return {"Parameters": {}, **table.as_dict(version)}


def _version(table: FakeTable, version: str) -> dict:
    if version not in table.versions:
        raise missing(f"Version {version} of table {table.name} not found.")
    return {"VersionId": version, "Table": _described(table, version)}


OPERATIONS = {
    "CreateTable": create_table,
    "GetTable": get_table,
    "GetTables": get_tables,
    "UpdateTable": update_table,
    "DeleteTable": delete_table,
    "BatchDeleteTable": batch_delete_table,
    "GetTableVersion": get_table_version,
    "GetTableVersions": get_table_versions,
    "DeleteTableVersion": delete_table_version,
}
