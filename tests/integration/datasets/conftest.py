"""A service of datasets on this test's own database."""

from __future__ import annotations

import pytest

from answerable.datasets.service import DatasetService
from answerable.db.database import Database
from tests.fakes.clock import FixedClock
from tests.fakes.embedder import HashingEmbedder


@pytest.fixture
def datasets(database: Database) -> DatasetService:
    return DatasetService(database, embed=HashingEmbedder(dimensions=384).embed_query, clock=FixedClock())
