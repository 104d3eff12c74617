"""EventBridge Scheduler's schedules. Their groups are made and deleted by LocalStack's own provider."""

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack.resources.provider import Provider, done, explained, generated_name, is_code


class Schedule(Provider):
    TYPE = "AWS::Scheduler::Schedule"
    SCHEMA = {
        "primaryIdentifier": ["/properties/Name"],
        # A schedule cannot move to another group, so there it is another schedule.
        "createOnlyProperties": ["/properties/Name", "/properties/GroupName"],
        "readOnlyProperties": ["/properties/Arn"],
    }

    @explained
    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Name"] = model.get("Name") or generated_name(request)[:64]
        model["Arn"] = request.aws_client_factory.scheduler.create_schedule(**model)["ScheduleArn"]
        return done(model)

    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Name"] = request.previous_state["Name"]
        model["Arn"] = request.aws_client_factory.scheduler.update_schedule(**model)["ScheduleArn"]
        return done(model)

    @explained
    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        which = {key: model[key] for key in ("Name", "GroupName") if model.get(key)}
        try:
            request.aws_client_factory.scheduler.delete_schedule(**which)
        except ClientError as error:
            if not is_code(error, "ResourceNotFoundException"):
                raise
        return done(model)
