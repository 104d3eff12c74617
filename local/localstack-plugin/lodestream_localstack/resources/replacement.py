"""A resource is replaced where a property that is set only at creation has another value, and updated in place else.

LocalStack replaces it already where such a property refers to a resource that is updated, and looks at no property
within another.
"""

from localstack.services.cloudformation.engine.v2.change_set_model import is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor


def register() -> None:
    """Decides by the values. Before the first deployment."""
    execute = ChangeSetModelExecutor._execute_resource_change

    def decide(self: ChangeSetModelExecutor, name: str, before, after) -> None:
        if not is_nothing(before) and not is_nothing(after) and before.resource_type == after.resource_type:
            provider = ResourceProviderExecutor.try_load_resource_provider(after.resource_type)
            if provider:
                old, new = before.properties.properties, after.properties.properties
                after.requires_replacement = is_another(provider.SCHEMA.get("createOnlyProperties", []), old, new)
        execute(self, name, before, after)

    ChangeSetModelExecutor._execute_resource_change = decide


def is_another(create_only: list[str], before: dict, after: dict) -> bool:
    """Whether two sets of properties differ at one of these paths, such as `/properties/TableInput/Name`."""
    return any(_at(before, path) != _at(after, path) for path in create_only)


def _at(properties: dict, path: str):
    value = properties
    for part in path.removeprefix("/properties/").split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    return value
