"""An export as it is sent: in constant memory, however many runs it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from answerable.traces.exporting.types import Encoder
from answerable.traces.types import Trace


async def export(batches: AsyncIterator[Sequence[Trace]], encoder: Encoder) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a file."""
    async for batch in batches:
        piece = await asyncio.to_thread(encoder.encode, batch)
        if piece:
            yield piece
    last = await asyncio.to_thread(encoder.finish)
    if last:
        yield last
