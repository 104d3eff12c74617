"""A catalogue of its own for each test, asked through the client that everyone uses."""

import threading

import boto3
import pytest
from botocore.config import Config

from lodestream_glue import catalogue
from lodestream_glue.catalogue import statistics, store
from lodestream_glue.server import Server


@pytest.fixture
def address():
    """Where a catalogue answers that nothing is in."""
    store.backend.databases.clear()
    statistics.forget_all()
    server = Server(0, catalogue.OPERATIONS)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
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
