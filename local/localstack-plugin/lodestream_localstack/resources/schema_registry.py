"""Glue's schema registry. It outlives LocalStack, as the topics do whose records name its versions: what a new
LocalStack creates may be there already, and is brought up to date.
"""

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, done, explained, failed, is_code, unless_missing

TAKEN = "AlreadyExistsException"


class Registry(Provider):
    TYPE = "AWS::Glue::Registry"
    SCHEMA = {
        "primaryIdentifier": ["/properties/Arn"],
        "createOnlyProperties": ["/properties/Name"],
        "readOnlyProperties": ["/properties/Arn"],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model, glue = request.desired_state, request.aws_client_factory.glue
        which = {"RegistryName": model["Name"]}
        try:
            glue.create_registry(**which, **_described(model), Tags=_tags(model))
        except ClientError as error:
            if not is_code(error, TAKEN):
                raise
            return self.update(request)
        model["Arn"] = glue.get_registry(RegistryId=which)["RegistryArn"]
        return done(model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model, glue = request.desired_state, request.aws_client_factory.glue
        which = {"RegistryName": model["Name"]}
        if model.get("Description"):
            glue.update_registry(RegistryId=which, Description=model["Description"])
        model["Arn"] = glue.get_registry(RegistryId=which)["RegistryArn"]
        _retag(glue, model["Arn"], _tags(model))
        return done(model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        unless_missing(request.aws_client_factory.glue.delete_registry, RegistryId={"RegistryArn": model["Arn"]})
        return done(model)


class Schema(Provider):
    TYPE = "AWS::Glue::Schema"
    SCHEMA = {
        "primaryIdentifier": ["/properties/Arn"],
        "createOnlyProperties": [
            "/properties/Registry",
            "/properties/Name",
            "/properties/DataFormat",
            "/properties/SchemaDefinition",
        ],
        "readOnlyProperties": ["/properties/Arn", "/properties/InitialSchemaVersionId"],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model, glue = request.desired_state, request.aws_client_factory.glue
        definition = {key: model[key] for key in ("SchemaDefinition",) if model.get(key)}
        try:
            made = glue.create_schema(
                **_in_registry(model),
                **_described(model),
                **definition,
                SchemaName=model["Name"],
                DataFormat=model["DataFormat"],
                Compatibility=model["Compatibility"],
                Tags=_tags(model),
            )
        except ClientError as error:
            if not is_code(error, TAKEN):
                raise
            model["Arn"] = _arn_in(glue, model)
            if glue.get_schema(SchemaId={"SchemaArn": model["Arn"]}).get("LatestSchemaVersion"):
                return self._brought_up_to_date(glue, model)
            # A deployment ended before it had a version: without one, nothing of a schema can be updated.
            glue.delete_schema(SchemaId={"SchemaArn": model["Arn"]})
            return self.create(request)
        model["Arn"] = made["SchemaArn"]
        if made.get("SchemaVersionId"):
            model["InitialSchemaVersionId"] = made["SchemaVersionId"]
        return done(model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        for kept in ("Arn", "InitialSchemaVersionId"):
            if kept in request.previous_state:
                model[kept] = request.previous_state[kept]
        return self._brought_up_to_date(request.aws_client_factory.glue, model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        unless_missing(request.aws_client_factory.glue.delete_schema, SchemaId={"SchemaArn": model["Arn"]})
        return done(model)

    def _brought_up_to_date(self, glue, model: dict) -> ProgressEvent:
        which = {"SchemaArn": model["Arn"]}
        checkpoint = {"VersionNumber": glue.get_schema(SchemaId=which)["SchemaCheckpoint"]}
        mode = model["Compatibility"]
        glue.update_schema(SchemaId=which, SchemaVersionNumber=checkpoint, Compatibility=mode, **_described(model))
        _retag(glue, model["Arn"], _tags(model))
        return done(model)


class SchemaVersion(Provider):
    TYPE = "AWS::Glue::SchemaVersion"
    SCHEMA = {
        "primaryIdentifier": ["/properties/VersionId"],
        "createOnlyProperties": ["/properties/Schema", "/properties/SchemaDefinition"],
        "readOnlyProperties": ["/properties/VersionId"],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model, glue = request.desired_state, request.aws_client_factory.glue
        made = glue.register_schema_version(
            SchemaId=_schema_id(model["Schema"]), SchemaDefinition=model["SchemaDefinition"]
        )
        if made["Status"] != "AVAILABLE":
            version = f"Version {made['VersionNumber']} of {_name_of(model['Schema'])}"
            return failed(
                f"{version} is in state {made['Status']}: it does not get on with those before it; lodestream logs"
                " glue says why. Where the data that they wrote is not needed,"
                " lodestream down --delete-data forgets them."
            )
        model["VersionId"] = made["SchemaVersionId"]
        return done(model)

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        """Deletes nothing: our templates say Retain, which LocalStack does not read. A schema takes its versions."""
        return done(request.desired_state)


def _schema_id(given: dict) -> dict:
    return {key: given[key] for key in ("SchemaArn", "SchemaName", "RegistryName") if given.get(key)}


def _name_of(given: dict) -> str:
    return given.get("SchemaName") or given["SchemaArn"].rpartition("/")[2]


def _in_registry(model: dict) -> dict:
    given = model.get("Registry") or {}
    which = {f"Registry{key}": given[key] for key in ("Arn", "Name") if given.get(key)}
    return {"RegistryId": which} if which else {}


def _arn_in(glue, model: dict) -> str:
    """The ARN of the schema of that name that is there."""
    for page in glue.get_paginator("list_schemas").paginate(**_in_registry(model)):
        for schema in page["Schemas"]:
            if schema["SchemaName"] == model["Name"]:
                return schema["SchemaArn"]
    raise LookupError(f"schema {model['Name']} exists and is not listed")


def _described(model: dict) -> dict:
    return {"Description": model["Description"]} if model.get("Description") else {}


def _tags(model: dict) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in model.get("Tags") or []}


def _retag(glue, arn: str, wanted: dict[str, str]) -> None:
    gone = [name for name in glue.get_tags(ResourceArn=arn)["Tags"] if name not in wanted]
    if gone:
        glue.untag_resource(ResourceArn=arn, TagsToRemove=gone)
    if wanted:
        glue.tag_resource(ResourceArn=arn, TagsToAdd=wanted)
