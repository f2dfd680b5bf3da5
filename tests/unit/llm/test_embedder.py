from __future__ import annotations

import numpy as np
from pydantic_ai.embeddings.test import TestEmbeddingModel

from answerable.core.clock import SystemClock
from answerable.llm.embedders import ProviderEmbedder
from answerable.llm.policy import CallPolicy
from answerable.llm.prices import PriceList
from answerable.llm.status import ModelRecord


async def test_vectors_of_any_length_become_unit_vectors() -> None:
    """Several providers shorten vectors without scaling them again; the library's test model gives all ones."""
    embedder = ProviderEmbedder(
        "p:m",
        TestEmbeddingModel(dimensions=4),
        dimensions=4,
        batch_texts=8,
        batch_tokens=1000,
        policy=CallPolicy(),
        prices=PriceList(),
        record=ModelRecord(SystemClock()),
    )
    np.testing.assert_allclose(await embedder.embed_passages(["one", "two"]), np.full((2, 4), 0.5))
