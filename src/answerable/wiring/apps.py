"""The registry of apps, and what is kept of their traces."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from answerable.access.audit.service import AuditLog
from answerable.apps.files.loader import builtin_apps
from answerable.apps.rerankers import CheckReranker
from answerable.apps.service import AppService
from answerable.core.clock import SystemClock
from answerable.core.errors import SetupError
from answerable.db.database import Database
from answerable.evaluation.gating.passes import StoredPasses
from answerable.settings import FILE_NAME, Settings
from answerable.traces.redaction.own_patterns import find_faults
from answerable.traces.types import TracePolicy
from answerable.wiring.database import open_database
from answerable.wiring.providers import get_default_model


@asynccontextmanager
async def open_apps_alone(
    settings: Settings, *, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[AppService]:
    """Open the database, and the apps that are registered in it."""
    default_model = get_default_model(settings, environ)
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack)
        yield await open_apps(settings, database, default_model, AuditLog(database), stack)


async def open_apps(
    settings: Settings,
    database: Database,
    default_model: str,
    audit: AuditLog,
    stack: AsyncExitStack,
    *,
    check_reranker: CheckReranker | None = None,
) -> AppService:
    """Load the registered apps. A workspace in which nothing was applied yet gets the built-in ones."""
    apps = AppService(
        database,
        default_app=settings.default_app,
        clock=SystemClock(),
        audit=audit,
        trace_policy=_trace_policy(settings),
        gate_passes=StoredPasses(),
        check_reranker=check_reranker,
    )
    await stack.enter_async_context(apps.watched())
    known = {app.name for app in apps.list_apps()}
    built_in = await asyncio.to_thread(builtin_apps, default_model=default_model)
    missing = [app for app in built_in if app.name not in known]
    if missing:
        await apps.apply(missing, by="answerable")
    return apps


def _trace_policy(settings: Settings) -> TracePolicy:
    chosen = settings.traces
    faults = find_faults(chosen.redact)
    if faults:
        raise SetupError(
            "; ".join(f"[traces] redact.{name}: {fault.problem}" for name, fault in faults.items()),
            hint=f"Mend {FILE_NAME}; the syntax is RE2's.",
        )
    return TracePolicy(
        content=chosen.content, keep_days=chosen.keep_days, patterns=chosen.redact, ip=chosen.redact_ip
    )
