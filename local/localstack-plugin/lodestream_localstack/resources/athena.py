"""Athena's workgroups."""

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, done, explained, is_code


class WorkGroup(Provider):
    TYPE = "AWS::Athena::WorkGroup"
    SCHEMA = {
        "primaryIdentifier": ["/properties/Name"],
        "createOnlyProperties": ["/properties/Name"],
        "readOnlyProperties": [
            "/properties/CreationTime",
            "/properties/WorkGroupConfiguration/EngineVersion/EffectiveEngineVersion",
        ],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        athena = request.aws_client_factory.athena
        given = {key: model[key] for key in ("Name", "Description", "Tags") if model.get(key)}
        athena.create_work_group(**given, Configuration=model.get("WorkGroupConfiguration", {}))
        if model.get("State") == "DISABLED":
            athena.update_work_group(WorkGroup=model["Name"], State="DISABLED")
        return _as_it_stands(athena, model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        athena = request.aws_client_factory.athena
        before = (request.previous_state or {}).get("WorkGroupConfiguration", {})
        athena.update_work_group(
            WorkGroup=model["Name"],
            Description=model.get("Description", ""),
            State=model.get("State", "ENABLED"),
            ConfigurationUpdates=configuration_updates(before, model.get("WorkGroupConfiguration", {})),
        )
        return _as_it_stands(athena, model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        recursive = model.get("RecursiveDeleteOption", False)
        try:
            request.aws_client_factory.athena.delete_work_group(
                WorkGroup=model["Name"], RecursiveDeleteOption=recursive
            )
        except ClientError as error:
            if not (is_code(error, "InvalidRequestException") and "is not found" in str(error)):
                raise
        return done(model)


def configuration_updates(before: dict, wanted: dict) -> dict:
    """What UpdateWorkGroup is told so that a configuration becomes the wanted one: what is gone is removed by name."""
    updates = {key: value for key, value in wanted.items() if key != "ResultConfiguration"}
    if "BytesScannedCutoffPerQuery" in before and "BytesScannedCutoffPerQuery" not in wanted:
        updates["RemoveBytesScannedCutoffPerQuery"] = True
    had, has = before.get("ResultConfiguration", {}), wanted.get("ResultConfiguration", {})
    results = dict(has)
    for key in ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration"):
        if key in had and key not in has:
            results[f"Remove{key}"] = True
    if results:
        updates["ResultConfigurationUpdates"] = results
    return updates


def _as_it_stands(athena, model: dict) -> ProgressEvent:
    there = athena.get_work_group(WorkGroup=model["Name"])["WorkGroup"]
    if "CreationTime" in there:
        model["CreationTime"] = str(there["CreationTime"].timestamp())
    version = there.get("Configuration", {}).get("EngineVersion", {}).get("EffectiveEngineVersion")
    if version:
        engine = model.setdefault("WorkGroupConfiguration", {}).setdefault("EngineVersion", {})
        engine["EffectiveEngineVersion"] = version
    return done(model)
