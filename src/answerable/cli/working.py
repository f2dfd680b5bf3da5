"""The jobs that a command waits for: a worker that lives elsewhere does them, else the command itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from answerable.core.tasks import stop
from answerable.wiring import Services
from answerable.worker.run import run_worker

_LOOK_SECONDS = 2.0
_GRACE_SECONDS = 1.0
_STOP_SECONDS = 20.0
"""Longer than a worker takes to stop in good order."""


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """See to it that jobs are done as long as the block runs."""
    work = asyncio.ensure_future(_work_when_nobody_does(services))
    try:
        yield
    finally:
        await stop(work, patience=_STOP_SECONDS)


async def _work_when_nobody_does(services: Services) -> None:
    # The workers of an embedded database see the same disk; those of another may be anywhere.
    embedded = services.settings.database_url is None
    while embedded and await services.job_worker.somebody_works():  # noqa: ASYNC110 - it lives elsewhere
        await asyncio.sleep(_LOOK_SECONDS)
    await run_worker(services.job_worker, services.ingestion, grace=_GRACE_SECONDS)
