"""A second look at the best passages, by a model that reads query and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from answerable.core.errors import InvalidInput, UpstreamFailed
from answerable.knowledge.index.fusion import scale
from answerable.knowledge.types import Hit
from answerable.llm.types import Reranker

RERANKED: Final = 20
"""Passages that a reranker is shown, or `top_k` if that is more."""


async def find_no_reranker(name: str) -> Reranker:
    """Raises InvalidInput: what a search without any rerankers says of each."""
    raise InvalidInput(
        f"There is no reranker {name!r}.", hint="Configured: none. Leave `reranker` out to go without."
    )


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
