from __future__ import annotations

import numpy as np
from pydantic_ai.embeddings.test import TestEmbeddingModel

from answerable.llm.embedders import ProviderEmbedder
from answerable.llm.policy import CallPolicy


async def test_vectors_of_any_length_become_unit_vectors() -> None:
    """Several providers shorten vectors without scaling them again; the library's test model gives all ones."""
    embedder = ProviderEmbedder(
        "p:m",
        TestEmbeddingModel(dimensions=4),
        dimensions=4,
        batch_texts=8,
        batch_tokens=1000,
        policy=CallPolicy(),
    )
    np.testing.assert_allclose(await embedder.embed_passages(["one", "two"]), np.full((2, 4), 0.5))
