"""An embedder without a model: words hashed into a few dimensions. Texts that share words are near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerable.llm.types import Vectors


class HashingEmbedder:
    """Deterministic in all processes; `asked` lists the queries embedded."""

    def __init__(self, *, dimensions: int = 64, languages: frozenset[str] | None = None) -> None:
        self.name = "fake:hashing"
        self.dimensions = dimensions
        self.languages = languages
        self.asked: list[str] = []

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        self.asked.append(text)
        return self.embed(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.array([self.embed(text) for text in texts], dtype=np.float32).reshape(-1, self.dimensions)

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return shape (dimensions,), unit length."""
        vector = np.full(self.dimensions, 0.01, dtype=np.float32)
        for word in text.lower().split():
            seed = zlib.crc32(word.strip(".,?!").encode())
            vector[seed % self.dimensions] += 1 if seed & 0x10000 else -1
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit
