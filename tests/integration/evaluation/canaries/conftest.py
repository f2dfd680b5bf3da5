"""A watch over a fake model, on this test's own database."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.datasets.service import DatasetService
from answerable.db.database import Database
from answerable.fake_models.endpoints import CONTEXT
from answerable.fake_models.server import FakeModelServer
from tests.fakes.clock import ShiftedClock
from tests.fakes.embedder import HashingEmbedder
from tests.integration.evaluation.canaries.harness import Watch


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    server = FakeModelServer()
    thread = threading.Thread(target=server.run, name="fake models")
    thread.start()
    yield server.url
    server.should_exit = True
    thread.join()


@pytest.fixture
async def watch(database: Database, provider: str) -> AsyncIterator[Watch]:
    """An app `shop` with 14 examples, whose model behaves as usual and was never looked at."""
    clock = ShiftedClock()
    apps = AppService(database, default_app="shop", clock=clock, audit=AuditLog(database))
    datasets = DatasetService(database, embed=HashingEmbedder(dimensions=384).embed_query, clock=clock)
    watch = Watch(database, apps, datasets, provider, clock)
    watch.behave("normal")
    watch.tell_context(CONTEXT)
    watch.count_requests()
    await watch.register()
    await watch.add_examples()
    yield watch
    await watch.close()
