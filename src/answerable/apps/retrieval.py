"""How a variant searches."""

from __future__ import annotations

from answerable.apps.content import Grounding
from answerable.knowledge.types import RetrievalSettings


def make_settings(grounding: Grounding) -> RetrievalSettings:
    """Return the settings of a variant's searches."""
    return RetrievalSettings(
        top_k=grounding.top_k,
        candidates=grounding.candidates,
        dense_weight=grounding.dense_weight,
        reranker=grounding.reranker,
    )
