"""What CloudFormation asks of the schema registry, which may have all of it already."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import OperationStatus

from lodestream_localstack.resources.registry import provider_for
from lodestream_localstack.resources.schema_registry import Registry, Schema, SchemaVersion

ARN = "arn:aws:glue:us-east-1:000000000000:schema/lodestream-local/tick"
TAKEN = ClientError({"Error": {"Code": "AlreadyExistsException", "Message": "there"}}, "Operation")
SCHEMA = {
    "Name": "tick",
    "Registry": {"Name": "lodestream-local"},
    "DataFormat": "AVRO",
    "Compatibility": "FULL_ALL",
}


class Glue:
    """Answers each call by what is given for it, and keeps what it was asked."""

    def __init__(self, **answers) -> None:
        self.asked = []
        self._answers = answers

    def __getattr__(self, name: str):
        def call(**request):
            self.asked.append((name, request))
            answer = self._answers.get(name, {})
            answer = answer.pop(0) if isinstance(answer, list) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, name: str):
        pages = [{"Schemas": [{"SchemaName": "fill", "SchemaArn": "?"}, {"SchemaName": "tick", "SchemaArn": ARN}]}]
        return SimpleNamespace(paginate=lambda **_: pages)

    def names(self):
        return [name for name, _ in self.asked]


def request(glue: Glue, desired: dict, previous: dict | None = None):
    return SimpleNamespace(
        desired_state=desired, previous_state=previous or {}, aws_client_factory=SimpleNamespace(glue=glue)
    )


def test_a_registry_that_is_there_is_brought_up_to_date():
    there = {"RegistryArn": "arn:r"}
    glue = Glue(create_registry=TAKEN, get_registry=there, get_tags={"Tags": {"old": "1"}})
    model = {"Name": "lodestream-local", "Description": "new", "Tags": [{"Key": "new", "Value": "2"}]}
    event = Registry().create(request(glue, model))
    assert (event.status, event.resource_model["Arn"]) == (OperationStatus.SUCCESS, "arn:r")
    asked = dict(glue.asked)
    assert asked["update_registry"]["Description"] == "new"
    assert asked["untag_resource"]["TagsToRemove"] == ["old"] and asked["tag_resource"]["TagsToAdd"] == {"new": "2"}


def test_a_schema_that_is_there_keeps_its_versions():
    there = {"SchemaCheckpoint": 3, "LatestSchemaVersion": 5}
    glue = Glue(create_schema=TAKEN, get_schema=there, get_tags={"Tags": {}})
    event = Schema().create(request(glue, dict(SCHEMA)))
    assert (event.status, event.resource_model["Arn"]) == (OperationStatus.SUCCESS, ARN)
    assert "delete_schema" not in glue.names()
    assert dict(glue.asked)["update_schema"] == {
        "SchemaId": {"SchemaArn": ARN},
        "SchemaVersionNumber": {"VersionNumber": 3},
        "Compatibility": "FULL_ALL",
    }


def test_a_schema_that_never_got_a_version_is_made_anew():
    glue = Glue(create_schema=[TAKEN, {"SchemaArn": ARN}], get_schema={"SchemaCheckpoint": 1})
    event = Schema().create(request(glue, dict(SCHEMA)))
    assert event.resource_model["Arn"] == ARN
    assert glue.names() == ["create_schema", "get_schema", "delete_schema", "create_schema"]


def test_a_version_fails_the_deployment_where_the_registry_refuses_it():
    model = {"Schema": {"SchemaArn": ARN}, "SchemaDefinition": "{}"}
    made = {"SchemaVersionId": "1", "VersionNumber": 2, "Status": "AVAILABLE"}
    event = SchemaVersion().create(request(Glue(register_schema_version=made), dict(model)))
    assert event.resource_model["VersionId"] == "1"
    refused = SchemaVersion().create(request(Glue(register_schema_version={**made, "Status": "FAILURE"}), dict(model)))
    assert refused.status is OperationStatus.FAILED
    assert refused.message.startswith("Version 2 of tick is in state FAILURE: it does not get on with those before it")


def test_a_version_outlives_its_resource():
    glue = Glue()
    assert SchemaVersion().delete(request(glue, {"VersionId": "1"})).status is OperationStatus.SUCCESS
    assert glue.asked == []


def test_another_definition_is_another_version_and_the_same_schema():
    assert "/properties/SchemaDefinition" in SchemaVersion.SCHEMA["createOnlyProperties"]
    assert "/properties/Compatibility" not in Schema.SCHEMA["createOnlyProperties"]


@pytest.mark.parametrize(
    ("provider", "call", "model"),
    [(Registry(), "delete_registry", {"Arn": "arn:r"}), (Schema(), "delete_schema", {"Arn": ARN})],
)
def test_what_is_gone_is_deleted(provider, call, model):
    missing = ClientError({"Error": {"Code": "EntityNotFoundException", "Message": "no"}}, "Operation")
    assert provider.delete(request(Glue(**{call: missing}), model)).status is OperationStatus.SUCCESS
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Operation")
    assert provider.delete(request(Glue(**{call: denied}), model)).status is OperationStatus.FAILED


@pytest.mark.parametrize("kind", ["Registry", "Schema", "SchemaVersion"])
def test_cloudformation_finds_them(kind):
    assert provider_for(f"AWS::Glue::{kind}") is not None
