"""The offline model on the embedded embedder: no network, half a second to load."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.extractive.rarity import Rarity
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import TOKENIZER_PATH, MiniLM


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM.load()


@pytest.fixture(scope="session")
def rarity() -> Rarity:
    return Rarity.load(TOKENIZER_PATH)


@pytest_asyncio.fixture
async def model(minilm: MiniLM) -> AsyncIterator[ExtractiveModel]:
    embedder = LocalEmbedder(minilm, threads=1)
    yield ExtractiveModel(embedder)
    await embedder.close()
