"""The embedder of one event loop: order, queries before passages, bounds, and its end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray

from answerable.core.errors import Unavailable
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM


class GatedModel(MiniLM):
    """Records the texts in the order in which they are run; each waits until `gate` is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.started = threading.Event()
        self.seen: list[str] = []

    def embed(self, text: str) -> NDArray[np.float32]:
        self.started.set()
        assert self.gate.wait(timeout=30)
        self.seen.append(text)
        return np.full(384, len(text), dtype=np.float32)


@pytest.fixture
async def gated() -> AsyncIterator[tuple[GatedModel, LocalEmbedder]]:
    model = GatedModel()
    embedder = LocalEmbedder(model, threads=1)
    yield model, embedder
    model.gate.set()
    await embedder.close()


async def test_passages_come_back_in_order_and_equal_to_the_model_alone() -> None:
    model = MiniLM.load()
    embedder = LocalEmbedder(model, threads=2)
    texts = [f"Passage number {number} " * (1 + number % 5) for number in range(30)]
    vectors = await embedder.embed_passages(texts)
    query = await embedder.embed_query(texts[7])
    await embedder.close()
    assert np.array_equal(vectors, np.stack([model.embed(text) for text in texts]))
    assert np.array_equal(query, vectors[7])


async def test_no_passages_give_an_empty_matrix(gated: tuple[GatedModel, LocalEmbedder]) -> None:
    _, embedder = gated
    assert (await embedder.embed_passages([])).shape == (0, 384)


async def test_a_query_overtakes_the_bulk(gated: tuple[GatedModel, LocalEmbedder]) -> None:
    model, embedder = gated
    bulk = asyncio.create_task(embedder.embed_passages([f"passage {n}" for n in range(50)]))
    await asyncio.to_thread(model.started.wait, 30)
    query = asyncio.create_task(embedder.embed_query("query"))
    await asyncio.sleep(0)
    model.gate.set()
    await asyncio.gather(bulk, query)
    assert model.seen.index("query") <= 2


async def test_a_repeated_query_is_remembered_and_cannot_be_spoiled(
    gated: tuple[GatedModel, LocalEmbedder],
) -> None:
    model, embedder = gated
    model.gate.set()
    vector = await embedder.embed_query("again")
    assert await embedder.embed_query("again") is vector
    assert model.seen == ["again"]
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 0


async def test_too_many_waiting_queries_are_told_to_come_back(
    gated: tuple[GatedModel, LocalEmbedder],
) -> None:
    model, embedder = gated
    waiting = [asyncio.create_task(embedder.embed_query(f"query {n}")) for n in range(512)]
    await asyncio.to_thread(model.started.wait, 30)
    with pytest.raises(Unavailable):
        await embedder.embed_query("one too many")
    model.gate.set()
    await asyncio.gather(*waiting)
    assert (await embedder.embed_query("one too many")).shape == (384,)


async def test_a_cancelled_bulk_stops_early(gated: tuple[GatedModel, LocalEmbedder]) -> None:
    model, embedder = gated
    bulk = asyncio.create_task(embedder.embed_passages([f"passage {n}" for n in range(50)]))
    await asyncio.to_thread(model.started.wait, 30)
    bulk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bulk
    model.gate.set()
    await embedder.close()
    assert len(model.seen) <= 2
