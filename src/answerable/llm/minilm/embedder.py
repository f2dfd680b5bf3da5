"""The embedded model behind the Embedder protocol: texts run on a few threads, queries ahead of passages."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import Unavailable
from answerable.llm.minilm.model import DIMENSIONS, LANGUAGES, NAME, MiniLM
from answerable.llm.types import Vectors

_CACHED_QUERIES: Final = 1024
_CACHED_CHARACTERS: Final = 2_000
"""A longer query is not remembered, so the cache stays under 10 MB."""
_WAITING_QUERIES: Final = 512
"""About 0.3 s of work per thread; more callers than that are told to come back."""


class LocalEmbedder:
    """MiniLM for one event loop. `threads` texts run at a time, each on one core.

    At most one passage waits in line at any time, however long the bulk, so a query waits for about one
    passage (some 10 ms). Cancelling a bulk stops it after the passages that are running.
    """

    def __init__(self, model: MiniLM, *, threads: int | None = None) -> None:
        count = threads or os.cpu_count() or 1
        self.name = NAME
        self.dimensions = DIMENSIONS
        self.languages: frozenset[str] | None = LANGUAGES
        self._model = model
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="minilm")
        self._in_flight = count + 1
        self._passages = asyncio.Semaphore(self._in_flight)
        self._cache: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._waiting = 0

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return shape (384,), unit length, read-only. Raises Unavailable when too many queries wait."""
        cached = self._cache.get(text)
        if cached is not None:
            self._cache.move_to_end(text)
            return cached
        if self._waiting >= _WAITING_QUERIES:
            raise Unavailable(
                f"{self._waiting} queries wait to be embedded.",
                hint="Try again in a moment, or add a server.",
            )
        self._waiting += 1
        try:
            vector = await self._run(text)
        finally:
            self._waiting -= 1
        vector.setflags(write=False)
        self._remember(text, vector)
        return vector

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return shape (len(texts), 384), unit rows, in the order of `texts`."""
        vectors: Vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        numbers = iter(range(len(texts)))

        async def embed_next() -> None:
            for number in numbers:
                async with self._passages:
                    vectors[number] = await self._run(texts[number])

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._in_flight, len(texts))):
                group.create_task(embed_next())
        return vectors

    async def close(self) -> None:
        """Let the running texts end, drop the waiting ones, and end the threads."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    def _run(self, text: str) -> asyncio.Future[NDArray[np.float32]]:
        return asyncio.get_running_loop().run_in_executor(self._pool, self._model.embed, text)

    def _remember(self, text: str, vector: NDArray[np.float32]) -> None:
        if len(text) > _CACHED_CHARACTERS:
            return
        self._cache[text] = vector
        if len(self._cache) > _CACHED_QUERIES:
            self._cache.popitem(last=False)
