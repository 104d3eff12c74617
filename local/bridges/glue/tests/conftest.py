"""A Glue of its own for each test, asked through the client that everyone uses."""

import os
import tempfile
import threading

# Read when the package is imported, as the platform sets it.
os.environ["LODESTREAM_GLUE_RUNS"] = tempfile.mkdtemp(prefix="lodestream-glue-runs-")
os.environ["LODESTREAM_GLUE_SCHEMAS"] = os.path.join(tempfile.mkdtemp(prefix="lodestream-glue-"), "registries.json")
os.environ["PORT"] = "9"

import boto3
import pytest
from botocore.config import Config

from lodestream_glue import catalogue, jobs, schemas
from lodestream_glue.catalogue import statistics, store
from lodestream_glue.jobs import definitions, runs
from lodestream_glue.schemas import kept
from lodestream_glue.server import Server


@pytest.fixture
def address():
    """Where a Glue answers that nothing is in."""
    for held in (store.backend.databases, statistics.kept, definitions.defined, runs.started, kept.registries):
        held.clear()
    server = Server(0, {**catalogue.OPERATIONS, **jobs.OPERATIONS, **schemas.OPERATIONS})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    runs.stop_all()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def glue(address):
    return client(address)


@pytest.fixture
def table(glue):
    """Of database `lake` the table `ticks`, with the partition keys day (date) and venue (string)."""
    glue.create_database(DatabaseInput={"Name": "lake"})
    glue.create_table(DatabaseName="lake", TableInput=ticks())
    return {"DatabaseName": "lake", "TableName": "ticks"}


def ticks(**changed):
    keys = [{"Name": "day", "Type": "date"}, {"Name": "venue", "Type": "string"}]
    return {"Name": "ticks", "PartitionKeys": keys, **changed}


def client(address):
    settings = Config(retries={"max_attempts": 1}, max_pool_connections=50)
    keys = {"aws_access_key_id": "anyone", "aws_secret_access_key": "anything"}
    return boto3.client("glue", endpoint_url=address, region_name="us-east-1", config=settings, **keys)
