"""The vectors of inputs, by which examples are compared."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.datasets import store
from answerable.datasets.content import read_words
from answerable.datasets.finding import get_dataset
from answerable.db.database import Database

Embed = Callable[[str], Awaitable[NDArray[np.float32]]]
"""Returns a unit vector of 384 numbers, always the same for a text: the local embedder's."""

_EMBEDDED: Final = 4_000
"""Characters of an input that are compared by vector; the embedder reads no more of a text."""
_AT_ONCE: Final = 64


class Vectors:
    """Computes vectors, with no connection held meanwhile."""

    def __init__(self, database: Database, embed: Embed) -> None:
        self._database = database
        self._embed = embed

    async def find(self, words: str) -> NDArray[np.float32] | None:
        """Return the vector of the words of an input; None when it has none."""
        text = words.strip()[:_EMBEDDED]
        return await self._embed(text) if text else None

    async def fill(self, dataset: str, *, limit: int | None = None) -> int:
        """Compute the vectors that an import left to be computed, at most `limit`; return how many those were."""
        done = 0
        while limit is None or done < limit:
            async with self._database.transaction() as tx:
                due = await store.list_due(tx, await get_dataset(tx, dataset), limit=_AT_ONCE)
            if not due:
                break
            found = await asyncio.gather(*(self.find(read_words(input)) for _, input in due))
            vectors = [(id, one) for (id, _), one in zip(due, found, strict=True) if one is not None]
            async with self._database.transaction() as tx:
                await store.set_vectors(tx, vectors)
            done += len(due)
        return done
