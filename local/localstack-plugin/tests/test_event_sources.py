"""Mappings of Kafka, as LocalStack keeps them."""

import threading
from types import SimpleNamespace

import pytest
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker

from lodestream_localstack import event_sources


@pytest.fixture
def worker_of(monkeypatch):
    """Makes workers of one mapping, which share a store."""
    for name in ("create", "update_esm_state_in_store"):
        monkeypatch.setattr(EsmWorker, name, getattr(EsmWorker, name))
    event_sources.let_only_the_newest_worker_speak()
    store = SimpleNamespace(event_source_mappings={"m": {"State": "Creating"}})

    def make():
        worker = EsmWorker.__new__(EsmWorker)
        worker.esm_config = {"UUID": "m"}
        worker.enabled = False
        worker.user_state_reason = None
        worker._state = store
        worker._state_lock = threading.RLock()
        return worker

    make.store = store.event_source_mappings
    return make


def test_the_worker_that_was_replaced_does_not_say_how_the_mapping_fares(worker_of):
    old, new = worker_of(), worker_of()
    old.create()
    new.create()
    new.update_esm_state_in_store("Enabled")
    old.update_esm_state_in_store("Disabled")
    assert worker_of.store["m"]["State"] == "Enabled"


def test_the_only_worker_does(worker_of):
    worker = worker_of()
    worker.create()
    worker.update_esm_state_in_store("Enabled")
    assert worker_of.store["m"]["State"] == "Enabled"
    worker.update_esm_state_in_store("Disabled")
    assert worker_of.store["m"]["State"] == "Disabled"
