"""LocalStack's server listens on every interface, whatever GATEWAY_LISTEN says. Ours listens on loopback alone."""

from types import SimpleNamespace

from localstack.runtime.server import twisted
from twisted.internet.endpoints import TCP4ServerEndpoint, TCP6ServerEndpoint


def listen_on_loopback_only() -> None:
    """Binds every port of the gateway to loopback. Call before LocalStack's main."""
    twisted.endpoints = SimpleNamespace(TCP4ServerEndpoint=_ipv4, TCP6ServerEndpoint=_ipv6)


def _ipv4(reactor, port: int) -> TCP4ServerEndpoint:
    return TCP4ServerEndpoint(reactor, port, interface="127.0.0.1")


def _ipv6(reactor, port: int, interface: str) -> TCP6ServerEndpoint:
    del interface
    return TCP6ServerEndpoint(reactor, port, interface="::1")
