"""A monitor over this test's database, on a fixed clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.db.database import Database
from answerable.monitoring.series.grid import Kept
from answerable.monitoring.service import MonitorService
from tests.fakes.clock import FixedClock
from tests.fakes.runs import NOON


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON + timedelta(hours=1))


@pytest.fixture
def apps(database: Database, clock: FixedClock) -> AppService:
    return AppService(database, default_app="ask", clock=clock, audit=AuditLog(database))


@pytest.fixture
def monitor(database: Database, apps: AppService, clock: FixedClock) -> MonitorService:
    kept = Kept(minutes=timedelta(days=3), hours=timedelta(days=400))
    return MonitorService(database, apps, kept=kept, clock=clock)
