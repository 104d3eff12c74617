"""MSK: the cluster and its configuration are names for the local broker; a topic is a real topic in it."""

import base64
import json
import urllib.error
import urllib.request

from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack import settings
from lodestream_localstack.resources.provider import Provider, arn, digest, done, failed


class Cluster(Provider):
    TYPE = "AWS::MSK::Cluster"
    SCHEMA = {"primaryIdentifier": ["/properties/Arn"], "readOnlyProperties": ["/properties/Arn"]}

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        unique = digest(request)
        uuid = f"{unique[:8]}-{unique[8:12]}-{unique[12:16]}-{unique[16:20]}-{unique[20:32]}-1"
        model["Arn"] = arn(request, "kafka", f"cluster/{model['ClusterName']}/{uuid}")
        model["CurrentVersion"] = "K1"
        return done(model)


class Configuration(Provider):
    TYPE = "AWS::MSK::Configuration"
    SCHEMA = {"primaryIdentifier": ["/properties/Arn"], "readOnlyProperties": ["/properties/Arn"]}

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Arn"] = arn(request, "kafka", f"configuration/{model['Name']}/{digest(request)[:32]}-1")
        model["LatestRevision"] = {"Revision": 1, "CreationTime": "", "Description": model.get("Description", "")}
        return done(model)


class Topic(Provider):
    TYPE = "AWS::MSK::Topic"
    SCHEMA = {
        "primaryIdentifier": ["/properties/TopicArn"],
        "readOnlyProperties": ["/properties/TopicArn"],
        "createOnlyProperties": ["/properties/ClusterArn", "/properties/TopicName", "/properties/ReplicationFactor"],
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        cluster = model["ClusterArn"].split(":cluster/", 1)[1]
        model["TopicArn"] = arn(request, "kafka", f"topic/{cluster}/{model['TopicName']}")
        return self._put(model)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        return self._put({**request.previous_state, **request.desired_state})

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        problem = _ask("DELETE", model["TopicName"])
        return failed(problem) if problem else done(model)

    def _put(self, model: dict) -> ProgressEvent:
        wanted = {"partitions": int(model["PartitionCount"]), "configs": topic_configs(model.get("Configs", ""))}
        problem = _ask("PUT", model["TopicName"], wanted)
        return failed(problem) if problem else done(model)


def topic_configs(encoded: str) -> dict[str, str]:
    """The settings in a topic's base64 `Configs`: lines of `name=value`, or a JSON object (AWS documents neither)."""
    text = base64.b64decode(encoded).decode().strip()
    if text.startswith("{"):
        return {name: str(value) for name, value in json.loads(text).items()}
    pairs = (line.partition("=") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _ask(method: str, topic: str, body: dict | None = None) -> str | None:
    """Asks the bridge to make the topic so. Answers what is wrong, or None."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{settings.msk}/topics/{topic}", data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30):
            return None
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except OSError as error:
        return f"the bridge that creates topics does not answer: {error}"
