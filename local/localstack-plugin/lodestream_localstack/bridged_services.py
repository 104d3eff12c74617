"""Services that a bridge of the platform answers: each request goes there as it came, each answer back as it is."""

import http.client
from urllib.parse import urlsplit

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.http import Response
from localstack.services.plugins import SERVICE_PLUGINS, Service
from localstack.utils.bootstrap import get_enabled_apis
from rolo.request import get_raw_path, restore_payload

from lodestream_localstack import settings

TIMEOUT_SECONDS = 60
"""As long as an SDK waits for an answer."""
_OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


def register() -> None:
    """Puts the bridges that the platform runs before LocalStack's own providers. Call before LocalStack's main."""
    for name in settings.bridges:
        SERVICE_PLUGINS.api_provider_specs.setdefault(name, ["default"])
    # LocalStack works out once which services there are.
    get_enabled_apis.cache_clear()
    for name, address in settings.bridges.items():
        model = load_service(name)
        answer = forward_to(name, address)
        skeleton = Skeleton(model, {operation: answer for operation in model.operation_names})
        SERVICE_PLUGINS.add_service(Service(name=name, skeleton=skeleton))


def forward_to(name: str, address: str):
    """A handler of any operation of a service, by the bridge at `http://host:port`. Without an answer: 503."""
    where = urlsplit(address)

    def forward(context: RequestContext, request=None) -> Response:
        del request
        incoming = context.request
        query = incoming.query_string.decode()
        path = get_raw_path(incoming) or "/"
        headers = {key: value for key, value in incoming.headers if key.lower() not in _OF_ONE_CONNECTION}
        # A connection of its own for each: a kept one may just be closing, and not every request may be sent twice.
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=TIMEOUT_SECONDS)
        try:
            target = f"{path}?{query}" if query else path
            connection.request(incoming.method, target, body=restore_payload(incoming), headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as cause:
            message = f"The bridge for {name} at {address} does not answer ({cause}): see lodestream status."
            raise CommonServiceException("ServiceUnavailableException", message, status_code=503) from cause
        finally:
            connection.close()
        kept = [(key, value) for key, value in answer.getheaders() if key.lower() not in _OF_ONE_CONNECTION]
        return Response(body, status=answer.status, headers=kept)

    return forward
