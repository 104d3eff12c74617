"""ElastiCache Serverless: every cache is the local Redis behind its proxy; users are names."""

from localstack.services.cloudformation.resource_provider import ProgressEvent, ResourceRequest

from lodestream_localstack import settings
from lodestream_localstack.resources.provider import Provider, arn, done


class ServerlessCache(Provider):
    TYPE = "AWS::ElastiCache::ServerlessCache"
    SCHEMA = {
        "primaryIdentifier": ["/properties/ServerlessCacheName"],
        "readOnlyProperties": ["/properties/ARN", "/properties/Endpoint", "/properties/ReaderEndpoint"],
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        endpoint = {"Address": settings.elasticache_host, "Port": str(settings.elasticache_port)}
        model["ARN"] = arn(request, "elasticache", f"serverlesscache:{model['ServerlessCacheName']}")
        model["Endpoint"] = endpoint
        model["ReaderEndpoint"] = dict(endpoint)
        model["Status"] = "available"
        model["FullEngineVersion"] = model.get("MajorEngineVersion", "7")
        return done(model)


class Named(Provider):
    """A resource that is a name without effect: `ID` is the property that holds it, `KIND` its word in the ARN."""

    ID: str
    KIND: str

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model["Arn"] = arn(request, "elasticache", f"{self.KIND}:{model[self.ID]}")
        model["Status"] = "active"
        return done(model)


class User(Named):
    TYPE = "AWS::ElastiCache::User"
    SCHEMA = {"primaryIdentifier": ["/properties/UserId"], "readOnlyProperties": ["/properties/Arn"]}
    ID = "UserId"
    KIND = "user"


class UserGroup(Named):
    TYPE = "AWS::ElastiCache::UserGroup"
    SCHEMA = {"primaryIdentifier": ["/properties/UserGroupId"], "readOnlyProperties": ["/properties/Arn"]}
    ID = "UserGroupId"
    KIND = "usergroup"
