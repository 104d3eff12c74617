"""All of this folder, put in place."""


def put_in_place() -> None:
    """Changes LocalStack's code in this process. Once only."""
    from lodestream_localstack.step_functions import clients

    clients.register()
    from lodestream_localstack.step_functions import aborting, athena_task, jsonata, names, parameters, waiting

    for module in (aborting, athena_task, jsonata, names, parameters, waiting):
        module.register()
