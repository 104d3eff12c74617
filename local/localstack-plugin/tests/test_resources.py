"""CloudFormation resources: what Ref and GetAtt read, and what is refused."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from localstack.services.cloudformation.resource_provider import OperationStatus

from lodestream_localstack import settings
from lodestream_localstack.resources.accepted import ACCEPTED
from lodestream_localstack.resources.elasticache import ServerlessCache, User, UserGroup
from lodestream_localstack.resources.msk import Cluster, Configuration, Topic, topic_configs
from lodestream_localstack.resources.registry import PROVIDED, Accepted, provider_for


def request(**desired):
    return SimpleNamespace(
        desired_state=desired,
        previous_state=None,
        stack_name="Lodestream-Local-Streams",
        logical_resource_id="Thing",
        account_id="000000000000",
        region_name="us-east-1",
    )


@pytest.fixture
def msk(monkeypatch):
    """An MSK bridge that records what it is asked, and refuses topics called `shrunk`."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked.append((self.command, self.path, json.loads(body) if body else None))
            self.send_response(409 if self.path.endswith("shrunk") else 204)
            self.end_headers()
            if self.path.endswith("shrunk"):
                self.wfile.write(b"it has 8 partitions")

        do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(settings, "msk", f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()


def test_a_cluster_answers_an_arn_from_which_topics_form_theirs(msk):
    cluster = Cluster().create(request(ClusterName="lodestream-local")).resource_model["Arn"]
    assert cluster.startswith("arn:aws:kafka:us-east-1:000000000000:cluster/lodestream-local/")
    topic = Topic().create(request(ClusterArn=cluster, TopicName="ticks", PartitionCount=4)).resource_model
    assert topic["TopicArn"] == cluster.replace(":cluster/", ":topic/") + "/ticks"


def test_a_topic_is_made_with_its_partitions_and_settings(msk):
    configs = base64.b64encode(b"retention.ms=604800000\nmessage.timestamp.type=LogAppendTime\n").decode()
    cluster = "arn:aws:kafka:us-east-1:000000000000:cluster/c/1"
    Topic().create(request(ClusterArn=cluster, TopicName="ticks", PartitionCount="4", Configs=configs))
    wanted = {"retention.ms": "604800000", "message.timestamp.type": "LogAppendTime"}
    assert msk == [("PUT", "/topics/ticks", {"partitions": 4, "configs": wanted})]


def test_a_topic_that_cannot_be_made_fails_with_the_reason(msk):
    cluster = "arn:aws:kafka:us-east-1:000000000000:cluster/c/1"
    event = Topic().create(request(ClusterArn=cluster, TopicName="shrunk", PartitionCount=4))
    assert (event.status, event.message) == (OperationStatus.FAILED, "it has 8 partitions")


def test_a_topic_fails_where_the_bridge_is_away(monkeypatch):
    monkeypatch.setattr(settings, "msk", "http://127.0.0.1:9")
    cluster = "arn:aws:kafka:us-east-1:000000000000:cluster/c/1"
    assert Topic().create(request(ClusterArn=cluster, TopicName="t", PartitionCount=1)).status is OperationStatus.FAILED


def test_a_deleted_topic_is_deleted(msk):
    assert Topic().delete(request(TopicName="ticks")).status is OperationStatus.SUCCESS
    assert msk == [("DELETE", "/topics/ticks", None)]


def test_a_topic_that_cannot_be_deleted_fails(msk):
    assert Topic().delete(request(TopicName="shrunk")).status is OperationStatus.FAILED


@pytest.mark.parametrize(
    ("text", "configs"),
    [
        ("a.b=1\nc = x=y\n# no\n\n", {"a.b": "1", "c": "x=y"}),
        ('{"a.b": 1, "c": "x"}', {"a.b": "1", "c": "x"}),
        ("", {}),
    ],
)
def test_settings_are_read_in_both_forms(text, configs):
    assert topic_configs(base64.b64encode(text.encode()).decode()) == configs


def test_a_cache_is_where_the_proxy_answers():
    model = ServerlessCache().create(request(ServerlessCacheName="lodestream-local")).resource_model
    assert model["Endpoint"] == {"Address": "127.0.0.1", "Port": "6379"}
    assert model["ARN"] == "arn:aws:elasticache:us-east-1:000000000000:serverlesscache:lodestream-local"


def test_the_rest_answers_arns():
    assert User().create(request(UserId="reader")).resource_model["Arn"].endswith(":user:reader")
    assert UserGroup().create(request(UserGroupId="all")).resource_model["Arn"].endswith(":usergroup:all")
    configuration = Configuration().create(request(Name="settings")).resource_model
    assert configuration["LatestRevision"]["Revision"] == 1


def test_what_is_accepted_without_effect_says_why_and_is_nothing_that_we_provide():
    assert not set(ACCEPTED) & set(PROVIDED)
    assert all(len(reason) > 20 for reason in ACCEPTED.values())


def test_an_accepted_type_is_created_without_effect(monkeypatch):
    monkeypatch.setitem(ACCEPTED, "AWS::MSK::ClusterPolicy", "the local broker knows no principals")
    assert provider_for("AWS::MSK::ClusterPolicy") is Accepted
    assert Accepted().create(request()).resource_model["Id"].startswith("accepted-")


def test_any_other_type_is_left_to_localstack():
    assert provider_for("AWS::S3::Bucket") is None
    assert provider_for("AWS::MSK::Replicator") is None
