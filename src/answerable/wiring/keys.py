"""The keys and the audit log by themselves, for the commands that need nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from answerable.access.audit.service import AuditLog
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.settings import Settings
from answerable.wiring.database import open_database


@asynccontextmanager
async def open_access(settings: Settings) -> AsyncIterator[AccessService]:
    """Open the database, and the keys on it."""
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack)
        yield make_access(settings, database, AuditLog(database), SystemClock())


@asynccontextmanager
async def open_audit(settings: Settings) -> AsyncIterator[AuditLog]:
    """Open the database, and the audit log in it."""
    async with AsyncExitStack() as stack:
        yield AuditLog(await open_database(settings, stack))


def make_access(settings: Settings, database: Database, audit: AuditLog, clock: SystemClock) -> AccessService:
    limiter = RateLimiter(per_minute=settings.server.requests_per_minute, clock=clock)
    return AccessService(database, limiter=limiter, clock=clock, audit=audit)
