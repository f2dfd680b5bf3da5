"""Requests, tokens and cost by themselves, for the command that shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from answerable.access.audit.service import AuditLog
from answerable.core.clock import SystemClock
from answerable.monitoring.series.grid import ROLLUPS_KEPT
from answerable.monitoring.usage.service import UsageService
from answerable.settings import Settings
from answerable.wiring.database import open_database
from answerable.wiring.keys import make_access


@asynccontextmanager
async def open_usage(settings: Settings) -> AsyncIterator[UsageService]:
    """Open the database, and what is counted in it."""
    async with AsyncExitStack() as stack:
        database, clock = await open_database(settings, stack), SystemClock()
        access = make_access(settings, database, AuditLog(database), clock)
        yield UsageService(database, access, kept=ROLLUPS_KEPT, clock=clock)
