"""Resources of LocalStack's that it can create but not update, although creating them again is an update."""

from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest
from localstack.services.cloudwatch.resource_providers.aws_cloudwatch_alarm import CloudWatchAlarmProvider
from localstack.services.events.resource_providers.aws_events_rule import EventsRuleProvider, extract_rule_name
from localstack.services.s3.resource_providers.aws_s3_bucketpolicy import S3BucketPolicyProvider

from lodestream_localstack.resources.provider import explained


class Rule(EventsRuleProvider):
    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Name"] = extract_rule_name(request.previous_state["Id"])
        kept = {target["Id"] for target in model.get("Targets", [])}
        gone = [target["Id"] for target in request.previous_state.get("Targets", []) if target["Id"] not in kept]
        if gone:
            bus = {"EventBusName": model["EventBusName"]} if model.get("EventBusName") else {}
            request.aws_client_factory.events.remove_targets(Rule=model["Name"], Ids=gone, **bus)
        return self.create(request)


class Alarm(CloudWatchAlarmProvider):
    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        request.desired_state["AlarmName"] = request.previous_state["AlarmName"]
        return self.create(request)


class BucketPolicy(S3BucketPolicyProvider):
    @explained
    def update(self, request: ResourceRequest) -> ProgressEvent:
        return self.create(request)
