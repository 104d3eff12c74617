"""Databases and tables, and the versions by which two writers do not overwrite one another."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ticks
from moto.glue.models import FakeTable


def error_of(call, **request):
    with pytest.raises(call.__self__.exceptions.ClientError) as refusal:
        call(**request)
    return refusal.value.response["Error"]["Code"]


@pytest.fixture
def slow_updates(monkeypatch):
    """Time enough between a version's check and its update for every other writer to pass the check as well."""
    update = FakeTable.update

    def slowly(self, table_input):
        time.sleep(0.02)
        update(self, table_input)

    monkeypatch.setattr(FakeTable, "update", slowly)


@pytest.mark.usefixtures("slow_updates")
def test_of_twenty_writers_at_one_version_one_wins(glue, table):
    for version in range(1, 11):
        seen = glue.get_table(DatabaseName="lake", Name="ticks")["Table"]["VersionId"]
        assert seen == str(version)

        def write(writer, seen=seen):
            changed = ticks(Parameters={"writer": str(writer)})
            try:
                glue.update_table(DatabaseName="lake", TableInput=changed, VersionId=seen, SkipArchive=True)
            except glue.exceptions.ConcurrentModificationException:
                return []
            return [str(writer)]

        with ThreadPoolExecutor(20) as writers:
            won = [winner for winners in writers.map(write, range(20)) for winner in winners]
        now = glue.get_table(DatabaseName="lake", Name="ticks")["Table"]
        assert won == [now["Parameters"]["writer"]]


def test_an_update_that_names_no_version_always_succeeds(glue, table):
    glue.update_table(DatabaseName="lake", TableInput=ticks(Description="one"))
    glue.update_table(DatabaseName="lake", TableInput=ticks(Description="two"))
    assert glue.get_table(DatabaseName="lake", Name="ticks")["Table"]["Description"] == "two"


def test_an_update_leaves_the_version_before_it_unless_it_skips_the_archive(glue, table):
    glue.update_table(DatabaseName="lake", TableInput=ticks(Description="kept"))
    glue.update_table(DatabaseName="lake", TableInput=ticks(Description="newest"), SkipArchive=True)
    versions = glue.get_table_versions(**table)["TableVersions"]
    assert [version["VersionId"] for version in versions] == ["3", "1"]
    assert error_of(glue.get_table_version, **table, VersionId="2") == "EntityNotFoundException"


def test_names_of_databases_and_tables_are_kept_in_lower_case(glue):
    glue.create_database(DatabaseInput={"Name": "Lake"})
    glue.create_table(DatabaseName="LAKE", TableInput=ticks(Name="TicksOfToday"))
    assert [table["Name"] for table in glue.get_tables(DatabaseName="lake")["TableList"]] == ["ticksoftoday"]
    assert glue.get_table(DatabaseName="Lake", Name="TICKSOFTODAY")["Table"]["DatabaseName"] == "lake"
    assert error_of(glue.create_database, DatabaseInput={"Name": "lAKE"}) == "AlreadyExistsException"
    again = ticks(Name="ticksOfToday")
    assert error_of(glue.create_table, DatabaseName="lake", TableInput=again) == "AlreadyExistsException"


def test_what_is_not_there_is_not_found(glue, table):
    assert error_of(glue.get_database, Name="pond") == "EntityNotFoundException"
    assert error_of(glue.get_table, DatabaseName="pond", Name="ticks") == "EntityNotFoundException"
    assert error_of(glue.get_table, DatabaseName="lake", Name="fills") == "EntityNotFoundException"
    assert error_of(glue.delete_table, DatabaseName="lake", Name="fills") == "EntityNotFoundException"
    absent = {"DatabaseName": "lake", "TableInput": ticks(Name="fills")}
    assert error_of(glue.update_table, **absent) == "EntityNotFoundException"


def test_a_database_takes_its_tables_with_it(glue, table):
    glue.delete_database(Name="lake")
    glue.create_database(DatabaseInput={"Name": "lake"})
    assert glue.get_tables(DatabaseName="lake")["TableList"] == []


def test_the_account_is_one_whatever_the_credentials(glue, table):
    assert glue.get_table(DatabaseName="lake", Name="ticks")["Table"]["CatalogId"] == "000000000000"
    assert error_of(glue.get_databases, CatalogId="111111111111") == "EntityNotFoundException"


def test_lists_come_in_pages(glue, table):
    for number in range(150):
        glue.create_table(DatabaseName="lake", TableInput=ticks(Name=f"t{number:03}"))
    first = glue.get_tables(DatabaseName="lake")
    assert len(first["TableList"]) == 100
    pages = glue.get_paginator("get_tables").paginate(DatabaseName="lake", Expression="t.*")
    assert len({table["Name"] for page in pages for table in page["TableList"]}) == 151


def test_what_is_not_built_is_refused_rather_than_pretended(glue, table):
    crawler = {"Name": "c", "Role": "r", "Targets": {}}
    assert error_of(glue.create_crawler, **crawler) == "UnknownOperationException"
    iceberg = {"IcebergInput": {"MetadataOperation": "CREATE"}}
    made = {"DatabaseName": "lake", "TableInput": ticks(Name="i"), "OpenTableFormatInput": iceberg}
    assert error_of(glue.create_table, **made) == "InvalidInputException"
