"""Our embedder as a LangChain `Embeddings`, so that a comparison is of everything else."""

from __future__ import annotations

import asyncio

from langchain_core.embeddings import Embeddings

from answerable.llm.minilm.model import MiniLM


class SameEmbedder(Embeddings):
    def __init__(self) -> None:
        self._model = MiniLM.load()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._model.embed(text).tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._model.embed(text).tolist()

    async def aembed_query(self, text: str) -> list[float]:
        return await asyncio.to_thread(self.embed_query, text)
