"""Changes to a service of LocalStack's are made when it is first used: reading its code would slow the start down."""

from collections.abc import Callable

from localstack.services.plugins import ServicePluginManager


def on_first_use(service: str, change: Callable[[], None]) -> None:
    """Calls `change` once, just before LocalStack loads the service. Call before LocalStack's main."""
    load = ServicePluginManager._load_service_plugin

    def load_changed(self: ServicePluginManager, name: str):
        if name == service:
            change()
        return load(self, name)

    ServicePluginManager._load_service_plugin = load_changed
