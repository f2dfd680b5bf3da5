"""Embedders of the sentence-transformers library on this machine: an optional extra, for it brings torch."""

from __future__ import annotations

import httpx2
from pydantic_ai.embeddings.base import EmbeddingModel
from pydantic_ai.embeddings.sentence_transformers import SentenceTransformerEmbeddingModel
from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found,unused-ignore]

from answerable.llm.providers.kit import EmbeddingKit, Kit
from answerable.llm.providers.types import ProviderSettings


def build(_settings: ProviderSettings, _http: httpx2.AsyncClient) -> Kit:
    sizes: dict[int, int | None] = {}

    def create(name: str) -> EmbeddingModel:
        loaded = SentenceTransformer(name)
        model = SentenceTransformerEmbeddingModel(loaded)
        sizes[id(model)] = loaded.get_sentence_embedding_dimension()
        return model

    return Kit(embedding=EmbeddingKit(create, measure=lambda model: sizes.get(id(model))))
