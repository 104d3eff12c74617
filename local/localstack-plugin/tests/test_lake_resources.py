"""What CloudFormation asks of Glue, Athena, Firehose, Scheduler and S3, each replaced by a record of the calls."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import OperationStatus

from lodestream_localstack.resources import firehose as firehose_resources
from lodestream_localstack.resources import outputs
from lodestream_localstack.resources.athena import WorkGroup, configuration_updates
from lodestream_localstack.resources.emptied_bucket import EmptiedBucket
from lodestream_localstack.resources.firehose import DeliveryStream
from lodestream_localstack.resources.glue import Database, Job, Table
from lodestream_localstack.resources.replacement import is_another
from lodestream_localstack.resources.scheduler import Schedule


class Client:
    """Answers each call by what is given for it, one after the other, and keeps what it was asked."""

    def __init__(self, **answers) -> None:
        self.asked = []
        self._answers = {name: list(given) if isinstance(given, list) else [given] for name, given in answers.items()}

    def __getattr__(self, name: str):
        def call(**request):
            self.asked.append((name, request))
            given = self._answers.get(name, [{}])
            answer = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def request(service: str, client: Client, desired: dict, previous: dict | None = None):
    return SimpleNamespace(
        desired_state=desired,
        previous_state=previous,
        stack_name="Lodestream-Local-Lake",
        logical_resource_id="Thing",
        account_id="000000000000",
        region_name="us-east-1",
        aws_client_factory=SimpleNamespace(**{service: client}),
    )


def test_a_table_keeps_its_name_and_is_written_whole_when_it_is_updated():
    glue = Client()
    made = Table().create(request("glue", glue, {"DatabaseName": "bronze", "TableInput": {"Name": "events"}}))
    wanted = {"DatabaseName": "bronze", "TableInput": {"Name": "events", "Parameters": {"a": "b"}}}
    Table().update(request("glue", glue, wanted, made.resource_model))
    assert made.resource_model["Name"] == "events"
    assert glue.asked == [
        ("create_table", {"DatabaseName": "bronze", "TableInput": {"Name": "events"}}),
        ("update_table", {"DatabaseName": "bronze", "TableInput": {"Name": "events", "Parameters": {"a": "b"}}}),
    ]


def test_what_glue_refuses_fails_the_deployment_with_what_it_says():
    event = Database().create(
        request("glue", Client(create_database=refusal("AlreadyExistsException", "It exists.")), {"DatabaseInput": {}})
    )
    assert (event.status, event.message) == (OperationStatus.FAILED, "AlreadyExistsException: It exists.")


def test_an_update_of_what_is_gone_fails():
    glue = Client(update_job=refusal("EntityNotFoundException", "No such job."))
    event = Job().update(request("glue", glue, {"Role": "r"}, {"Name": "silver"}))
    assert (event.status, event.message) == (OperationStatus.FAILED, "EntityNotFoundException: No such job.")


def test_a_job_is_updated_whole_under_its_name():
    glue = Client()
    model = {"Role": "r", "Command": {"Name": "glueetl"}, "Tags": {"a": "b"}}
    Job().update(request("glue", glue, model, {"Name": "silver"}))
    assert glue.asked == [
        ("update_job", {"JobName": "silver", "JobUpdate": {"Role": "r", "Command": {"Name": "glueetl"}}})
    ]


@pytest.mark.parametrize(
    ("provider", "service", "refuses", "code", "model"),
    [
        (Database(), "glue", "delete_database", "EntityNotFoundException", {"DatabaseName": "bronze"}),
        (Table(), "glue", "delete_table", "EntityNotFoundException", {"DatabaseName": "bronze", "Name": "events"}),
        (
            DeliveryStream(),
            "firehose",
            "delete_delivery_stream",
            "ResourceNotFoundException",
            {"DeliveryStreamName": "s"},
        ),
        (Schedule(), "scheduler", "delete_schedule", "ResourceNotFoundException", {"Name": "close"}),
    ],
)
def test_what_is_gone_is_deleted_and_what_cannot_be_deleted_fails(provider, service, refuses, code, model):
    gone = provider.delete(request(service, Client(**{refuses: refusal(code)}), model))
    assert gone.status is OperationStatus.SUCCESS
    refused = provider.delete(request(service, Client(**{refuses: refusal("AccessDeniedException")}), model))
    assert refused.status is OperationStatus.FAILED


def test_a_workgroup_is_deleted_with_its_queries_where_the_template_says_so():
    athena = Client()
    WorkGroup().delete(request("athena", athena, {"Name": "builds", "RecursiveDeleteOption": True}))
    assert athena.asked == [("delete_work_group", {"WorkGroup": "builds", "RecursiveDeleteOption": True})]


def test_what_a_workgroups_configuration_no_longer_says_is_removed():
    results = {"OutputLocation": "s3://a/", "ExpectedBucketOwner": "000000000000"}
    before = {"BytesScannedCutoffPerQuery": 1, "ResultConfiguration": results}
    wanted = {"EnforceWorkGroupConfiguration": False, "ResultConfiguration": {"OutputLocation": "s3://b/"}}
    assert configuration_updates(before, wanted) == {
        "EnforceWorkGroupConfiguration": False,
        "RemoveBytesScannedCutoffPerQuery": True,
        "ResultConfigurationUpdates": {"OutputLocation": "s3://b/", "RemoveExpectedBucketOwner": True},
    }


def stream_in(status: str, **more) -> dict:
    arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/bronze"
    return {"DeliveryStreamDescription": {"DeliveryStreamStatus": status, "DeliveryStreamARN": arn, **more}}


def test_a_stream_is_created_when_it_is_active():
    firehose = Client(describe_delivery_stream=[stream_in("CREATING"), stream_in("CREATING"), stream_in("ACTIVE")])
    model = {"DeliveryStreamName": "bronze", "ExtendedS3DestinationConfiguration": {}}
    event = DeliveryStream().create(request("firehose", firehose, model))
    assert event.status is OperationStatus.SUCCESS
    assert event.resource_model["Arn"].endswith(":deliverystream/bronze")
    assert [name for name, _ in firehose.asked].count("describe_delivery_stream") == 3


def test_a_stream_that_cannot_be_created_fails_with_the_reason(monkeypatch):
    model = {"DeliveryStreamName": "bronze", "ExtendedS3DestinationConfiguration": {}}
    why = stream_in("CREATING_FAILED", FailureDescription={"Type": "X", "Details": "no such role"})
    event = DeliveryStream().create(request("firehose", Client(describe_delivery_stream=why), dict(model)))
    assert (event.status, event.message) == (OperationStatus.FAILED, "bronze cannot be created: no such role")
    monkeypatch.setattr(firehose_resources, "LONGEST_WAIT", 0.2)
    slow = DeliveryStream().create(request("firehose", Client(describe_delivery_stream=stream_in("CREATING")), model))
    assert slow.status is OperationStatus.FAILED


def test_a_stream_that_ends_elsewhere_than_in_s3_is_refused():
    event = DeliveryStream().create(request("firehose", Client(), {"HttpEndpointDestinationConfiguration": {}}))
    assert event.status is OperationStatus.FAILED
    assert "not HttpEndpointDestinationConfiguration" in event.message


def test_a_stream_is_updated_in_the_version_that_is_there():
    there = stream_in("ACTIVE", VersionId="7", Destinations=[{"DestinationId": "d-1"}])
    firehose = Client(describe_delivery_stream=there)
    model = {"ExtendedS3DestinationConfiguration": {"Prefix": "new/", "S3BackupConfiguration": {"BucketARN": "b"}}}
    DeliveryStream().update(request("firehose", firehose, model, {"DeliveryStreamName": "bronze"}))
    assert dict(firehose.asked)["update_destination"] == {
        "DeliveryStreamName": "bronze",
        "CurrentDeliveryStreamVersionId": "7",
        "DestinationId": "d-1",
        "ExtendedS3DestinationUpdate": {"Prefix": "new/", "S3BackupUpdate": {"BucketARN": "b"}},
    }


def test_a_schedule_is_updated_under_its_name():
    scheduler = Client(create_schedule={"ScheduleArn": "arn:1"}, update_schedule={"ScheduleArn": "arn:1"})
    made = Schedule().create(request("scheduler", scheduler, {"ScheduleExpression": "rate(1 hour)"})).resource_model
    event = Schedule().update(request("scheduler", scheduler, {"ScheduleExpression": "rate(2 hours)"}, made))
    (_, created), (_, updated) = scheduler.asked
    assert created["Name"].startswith("lodestream-local-lake-thing-")
    assert updated == {"Name": created["Name"], "ScheduleExpression": "rate(2 hours)"}
    assert event.resource_model["Arn"] == "arn:1"


class BucketClient(Client):
    def get_paginator(self, name: str):
        assert name == "list_object_versions"
        page = {"Versions": [{"Key": "a", "VersionId": "1"}], "DeleteMarkers": [{"Key": "b", "VersionId": "2"}]}
        return SimpleNamespace(paginate=lambda **which: [page])


@pytest.mark.parametrize(("consent", "deleted"), [("true", ["a", "b"]), ("false", [])])
def test_a_bucket_is_emptied_where_its_tag_consents(consent, deleted):
    s3 = BucketClient(get_bucket_tagging={"TagSet": [{"Key": "aws-cdk:auto-delete-objects", "Value": consent}]})
    EmptiedBucket().delete(request("s3", s3, {"BucketName": "scratch"}))
    given = [asked["Delete"]["Objects"] for name, asked in s3.asked if name == "delete_objects"]
    assert [entry["Key"] for objects in given for entry in objects] == deleted


@pytest.mark.parametrize(
    ("before", "after", "another"),
    [
        ({"TableInput": {"Name": "a"}}, {"TableInput": {"Name": "b"}}, True),
        ({"TableInput": {"Name": "a", "Owner": "x"}}, {"TableInput": {"Name": "a", "Owner": "y"}}, False),
        ({"DatabaseName": "a", "TableInput": {}}, {"DatabaseName": "b", "TableInput": {}}, True),
        ({"TableInput": {}}, {"TableInput": {"Name": "b"}}, True),
        ({}, {"Other": 1}, False),
    ],
)
def test_a_resource_is_another_where_what_is_set_at_creation_differs(before, after, another):
    assert is_another(["/properties/DatabaseName", "/properties/TableInput/Name"], before, after) is another


def test_a_stack_has_its_outputs_before_it_is_complete(monkeypatch):
    result = SimpleNamespace(
        failure_message=None,
        outputs=[
            {"OutputKey": "ApiUrl", "OutputValue": "http://api"},
            {"OutputKey": "Arn", "OutputValue": "arn:x", "ExportName": "shared"},
        ],
    )
    executor = SimpleNamespace(_change_set=SimpleNamespace(stack=SimpleNamespace(resolved_outputs=[])))
    monkeypatch.setattr(outputs.ChangeSetModelExecutor, "execute", lambda self: result)
    outputs.register()

    assert outputs.ChangeSetModelExecutor.execute(executor) is result
    stack = executor._change_set.stack
    assert (stack.resolved_outputs, stack.resolved_exports) == (result.outputs, {"shared": "arn:x"})
