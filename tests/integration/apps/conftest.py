"""The registry of apps on this test's own database."""

from __future__ import annotations

import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.db.database import Database
from tests.fakes.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def apps(database: Database, clock: FixedClock) -> AppService:
    return AppService(database, default_app="listing", clock=clock, audit=AuditLog(database))
