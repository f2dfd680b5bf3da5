"""A second look at the best passages, by a model that reads query and passage together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from answerable.core.errors import InvalidInput, UpstreamFailed
from answerable.knowledge.index.fusion import scale
from answerable.knowledge.types import Hit

RERANKED: Final = 20
"""Passages that a reranker is shown, or `top_k` if that is more."""


class Reranker(Protocol):
    """A cross-encoder, a provider's rerank endpoint, a model as judge."""

    async def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """Return one finite number for each passage, in order; higher is better, and only the order counts."""
        ...


class Rerankers:
    """The rerankers of an installation, by the name that a variant's retrieval settings use."""

    def __init__(self, rerankers: Mapping[str, Reranker] | None = None) -> None:
        self._rerankers = dict(rerankers or {})

    def get(self, name: str) -> Reranker:
        """Return a reranker. Raises InvalidInput for a name that is not configured."""
        reranker = self._rerankers.get(name)
        if reranker is None:
            known = ", ".join(sorted(self._rerankers)) or "none"
            raise InvalidInput(
                f"There is no reranker {name!r}.",
                hint=f"Configured: {known}. Leave `reranker` out to go without.",
            )
        return reranker


async def rerank(reranker: Reranker, query: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the hits by the reranker's scores, best first, each score scaled to [0, 1].

    Raises UpstreamFailed when the reranker does not give one finite number for each hit, and what it raises itself.
    """
    if not hits:
        return ()
    scores = np.asarray(await reranker.score(query, [hit.text for hit in hits]), dtype=np.float32)
    if scores.shape != (len(hits),) or not np.isfinite(scores).all():
        raise UpstreamFailed(
            f"The reranker gave scores of shape {scores.shape} for {len(hits)} passages.",
            hint="Check that its model is one for reranking.",
        )
    scaled = scale(scores)
    order = np.argsort(-scaled, kind="stable").tolist()
    return tuple(replace(hits[place], score=float(scaled[place])) for place in order)
