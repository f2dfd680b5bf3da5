"""The count of one request of a model that no fleet looks after: an embedder's or a reranker's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from answerable.core.clock import Clock
from answerable.llm.failures import explain
from answerable.llm.status import ModelRecord


@asynccontextmanager
async def counted(record: ModelRecord, clock: Clock, name: str) -> AsyncIterator[None]:
    """Count the request that is made inside, with how long it took or what went wrong; its errors pass through."""
    start = clock.monotonic()
    record.requests += 1
    record.in_flight += 1
    try:
        yield
    except Exception as error:
        ours = explain(error, name).error
        record.note_error(ours.code, ours.detail)
        raise
    finally:
        record.in_flight -= 1
    seconds = clock.monotonic() - start
    record.note_success(first_token=seconds, total=seconds, streamed=False)
