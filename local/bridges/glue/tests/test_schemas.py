"""The schema registry: what it registers once, what it refuses, and that it forgets nothing."""

import json
import os
import re
import subprocess
import sys

import pytest

TICK = {
    "type": "record",
    "name": "tick",
    "fields": [{"name": "symbol", "type": "string"}, {"name": "price", "type": "double"}],
}
WHICH = {"RegistryName": "market", "SchemaName": "tick"}
OPTIONAL = {"name": "condition", "type": ["null", "string"], "default": None}


def text(*more, fields=None, **changed):
    return json.dumps({**TICK, "fields": [*(fields or TICK["fields"]), *more], **changed})


@pytest.fixture
def market(glue):
    """A registry, and in it the schema `tick` without a version."""
    glue.create_registry(RegistryName="market")
    glue.create_schema(
        RegistryId={"RegistryName": "market"}, SchemaName="tick", DataFormat="AVRO", Compatibility="FULL_ALL"
    )
    return glue


def register(glue, definition):
    return glue.register_schema_version(SchemaId=WHICH, SchemaDefinition=definition)


def refusal(call, **request):
    with pytest.raises(call.__self__.exceptions.ClientError) as refused:
        call(**request)
    return refused.value.response["Error"]["Code"]


def test_a_version_is_found_by_its_id_and_by_its_text(market):
    made = register(market, text())
    assert made["VersionNumber"] == 1 and made["Status"] == "AVAILABLE"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["SchemaVersionId"])
    read = market.get_schema_version(SchemaVersionId=made["SchemaVersionId"])
    assert read["SchemaDefinition"] == text() and read["DataFormat"] == "AVRO"
    found = market.get_schema_by_definition(SchemaId=WHICH, SchemaDefinition=text())
    assert found["SchemaVersionId"] == made["SchemaVersionId"]
    schema = market.get_schema(SchemaId=WHICH)
    assert (schema["LatestSchemaVersion"], schema["NextSchemaVersion"], schema["SchemaCheckpoint"]) == (1, 2, 1)


def test_what_says_the_same_is_the_same_version(market):
    first = register(market, text())
    assert register(market, json.dumps(TICK, indent=2))["SchemaVersionId"] == first["SchemaVersionId"]
    second = register(market, text(OPTIONAL))
    assert register(market, text())["SchemaVersionId"] == first["SchemaVersionId"] != second["SchemaVersionId"]
    listed = market.list_schema_versions(SchemaId=WHICH)["Schemas"]
    assert [version["VersionNumber"] for version in listed] == [1, 2]


@pytest.mark.parametrize(
    ("mode", "definition", "status"),
    [
        ("FULL_ALL", text(OPTIONAL), "AVAILABLE"),
        ("FULL_ALL", text({"name": "condition", "type": "string"}), "FAILURE"),
        ("FULL_ALL", text(fields=TICK["fields"][:1]), "FAILURE"),
        ("FULL_ALL", text(fields=[TICK["fields"][0], {"name": "price", "type": "string"}]), "FAILURE"),
        ("BACKWARD", text(fields=TICK["fields"][:1]), "AVAILABLE"),
        ("BACKWARD", text({"name": "condition", "type": "string"}), "FAILURE"),
        ("FORWARD", text({"name": "condition", "type": "string"}), "AVAILABLE"),
        ("FORWARD", text(fields=TICK["fields"][:1]), "FAILURE"),
        ("NONE", text(fields=[{"name": "other", "type": "long"}]), "AVAILABLE"),
    ],
)
def test_a_version_that_the_mode_forbids_is_a_failure(market, mode, definition, status):
    register(market, text())
    number = {"LatestVersion": True}
    market.update_schema(SchemaId=WHICH, SchemaVersionNumber=number, Compatibility=mode)
    made = register(market, definition)
    assert made["Status"] == status
    assert market.get_schema_version(SchemaVersionId=made["SchemaVersionId"])["Status"] == status
    # Asked again, it is what it was; and it counts for nobody who comes later.
    assert register(market, definition)["Status"] == status
    assert register(market, text())["Status"] == "AVAILABLE"


def test_all_modes_look_at_every_version_and_the_others_at_the_last(market):
    register(market, text())
    number = {"LatestVersion": True}
    market.update_schema(SchemaId=WHICH, SchemaVersionNumber=number, Compatibility="BACKWARD")
    register(market, text(fields=TICK["fields"][:1]))
    again = text(fields=[TICK["fields"][0], {"name": "price", "type": ["null", "long"], "default": None}])
    first = {"VersionNumber": 1}
    market.update_schema(SchemaId=WHICH, SchemaVersionNumber=first, Compatibility="BACKWARD_ALL")
    assert register(market, again)["Status"] == "FAILURE"
    market.update_schema(SchemaId=WHICH, SchemaVersionNumber=first, Compatibility="BACKWARD")
    other = text(fields=[TICK["fields"][0], {"name": "price", "type": ["null", "int"], "default": None}])
    assert register(market, other)["Status"] == "AVAILABLE"


def test_a_disabled_schema_takes_no_version_after_those_that_it_has(market):
    register(market, text())
    number = {"VersionNumber": 1}
    market.update_schema(SchemaId=WHICH, SchemaVersionNumber=number, Compatibility="DISABLED")
    changed = {"SchemaId": WHICH, "SchemaDefinition": text(OPTIONAL)}
    assert refusal(market.register_schema_version, **changed) == "InvalidInputException"


def test_what_is_not_there_is_not_found(market):
    unknown = "00000000-0000-4000-8000-000000000000"
    nowhere = {"RegistryName": "market", "SchemaName": "fill"}
    assert refusal(market.get_registry, RegistryId={"RegistryName": "other"}) == "EntityNotFoundException"
    assert refusal(market.get_schema_version, SchemaVersionId=unknown) == "EntityNotFoundException"
    assert refusal(market.get_schema, SchemaId=nowhere) == "EntityNotFoundException"
    by_text = {"SchemaId": WHICH, "SchemaDefinition": text()}
    assert refusal(market.get_schema_by_definition, **by_text) == "EntityNotFoundException"
    in_other = {"SchemaId": nowhere, "SchemaDefinition": text()}
    assert refusal(market.register_schema_version, **in_other) == "EntityNotFoundException"


def test_what_is_wrong_is_refused(market):
    assert refusal(market.create_registry, RegistryName="market") == "AlreadyExistsException"
    assert refusal(market.create_registry, RegistryName="two words") == "InvalidInputException"
    tick = {"RegistryId": {"RegistryName": "market"}, "SchemaName": "tick", "DataFormat": "AVRO"}
    assert refusal(market.create_schema, **tick, Compatibility="FULL") == "AlreadyExistsException"
    fill = {**tick, "SchemaName": "fill"}
    assert refusal(market.create_schema, **fill, Compatibility="SOME") == "InvalidInputException"
    assert refusal(market.create_schema, **{**fill, "DataFormat": "XML"}, Compatibility="FULL") == (
        "InvalidInputException"
    )
    for definition in ("no json", '{"type": "record", "name": "tick"}', text(doc="x" * 170_000)):
        call = {"SchemaId": WHICH, "SchemaDefinition": definition}
        assert refusal(market.register_schema_version, **call) == "InvalidInputException"
    assert refusal(market.get_schema_version, SchemaVersionId="00000000-0000-4000-8000-00000000000g") == (
        "InvalidInputException"
    )
    for number in range(9):
        market.create_registry(RegistryName=f"more-{number}")
    assert refusal(market.create_registry, RegistryName="eleventh") == "ResourceNumberLimitExceededException"
    assert market.check_schema_version_validity(DataFormat="AVRO", SchemaDefinition=text())["Valid"]
    assert not market.check_schema_version_validity(DataFormat="AVRO", SchemaDefinition='{"type": "x"}')["Valid"]


def test_a_checkpoint_cannot_be_deleted_and_other_versions_can(market):
    ids = [register(market, definition)["SchemaVersionId"] for definition in (text(), text(OPTIONAL))]
    errors = market.delete_schema_versions(SchemaId=WHICH, Versions="1-2,7")["SchemaVersionErrors"]
    assert [error["VersionNumber"] for error in errors] == [1, 7]
    assert market.get_schema_version(SchemaVersionId=ids[0])["VersionNumber"] == 1
    assert refusal(market.get_schema_version, SchemaVersionId=ids[1]) == "EntityNotFoundException"


def test_a_registry_takes_its_schemas_with_it_and_a_schema_its_versions(market):
    made = register(market, text())["SchemaVersionId"]
    market.delete_schema(SchemaId=WHICH)
    assert refusal(market.get_schema_version, SchemaVersionId=made) == "EntityNotFoundException"
    market.delete_registry(RegistryId={"RegistryName": "market"})
    assert market.list_registries()["Registries"] == []


def test_tags_are_changed_by_the_arn(glue):
    arn = glue.create_registry(RegistryName="tagged", Tags={"a": "1"})["RegistryArn"]
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"b": "2"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_another_process_finds_what_was_registered(market):
    made = register(market, text())["SchemaVersionId"]
    # A refused change leaves no trace there either.
    assert refusal(market.create_registry, RegistryName="market") == "AlreadyExistsException"
    script = (
        "import sys; from lodestream_glue.schemas.versions import get_schema_version; "
        "print(get_schema_version({'SchemaVersionId': sys.argv[1]})['SchemaDefinition'])"
    )
    read = subprocess.run([sys.executable, "-c", script, made], env=os.environ, capture_output=True, text=True)
    assert read.stdout.strip() == text(), read.stderr


def test_what_cannot_be_read_is_not_taken_for_an_empty_registry(tmp_path):
    spoiled = tmp_path / "registries.json"
    spoiled.write_text('{"market": {')
    environment = {**os.environ, "LODESTREAM_GLUE_SCHEMAS": str(spoiled)}
    script = "import lodestream_glue.schemas.kept"
    begun = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert begun.returncode == 1 and "cannot be read as the schema registry" in begun.stderr
    assert spoiled.read_text() == '{"market": {'
