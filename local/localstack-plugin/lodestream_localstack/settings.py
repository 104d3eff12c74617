"""The environment that the platform gives to this process, read once."""

import os
from pathlib import Path

home = Path(os.environ["LODESTREAM_PART_OF"])
"""The platform's home: logs and sockets go below it."""

node = os.environ["LODESTREAM_NODE"]
"""The Node.js that runs the functions: the project's own, of Lambda's major version."""

kafka = os.environ.get("LODESTREAM_KAFKA", "")
"""The broker as `host:port`; nothing where topics are Kinesis streams."""

msk = os.environ.get("LODESTREAM_MSK", "")
"""Address of the bridge that creates topics, `http://host:port`; nothing where they are Kinesis streams."""

elasticache_host, _, _port = os.environ["LODESTREAM_ELASTICACHE"].rpartition(":")
elasticache_port = int(_port)
"""Where the cache answers, which CloudFormation hands out as its endpoint."""

bridges = {
    service: address
    for service in ("athena", "firehose", "glue", "kinesis", "scheduler")
    if (address := os.environ.get(f"LODESTREAM_{service.upper()}"))
}
"""Address of each bridge that answers a whole service, `http://host:port` by the service's name."""


def function_log(function_name: str) -> Path:
    """The file that holds what a function writes; the name that `lodestream logs` knows it by."""
    return home / "logs" / f"lambda-{function_name.removeprefix('lodestream-local-')}.log"
