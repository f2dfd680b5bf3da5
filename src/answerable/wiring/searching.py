"""Search by itself, for the command that only searches."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from answerable.core.clock import SystemClock
from answerable.knowledge.index.search import SearchService
from answerable.settings import Settings
from answerable.wiring.database import open_database
from answerable.wiring.models import open_models


@asynccontextmanager
async def open_search(
    settings: Settings, *, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[SearchService]:
    """Open the models and the database, and search over both."""
    async with AsyncExitStack() as stack:
        models = await open_models(settings, environ, stack)
        database = await open_database(settings, stack)
        yield SearchService(database, models.embedder, SystemClock(), rerankers=models.reranker)
