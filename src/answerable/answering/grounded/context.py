"""Which passages go before the model: the best ones, in order, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.answering.types import Evidence
from answerable.knowledge.types import Hit
from answerable.llm.sources import Source
from answerable.llm.tokens import estimate_tokens

_FENCE_TOKENS = 16


def fit_hits(hits: Sequence[Hit], *, budget: int) -> tuple[Hit, ...]:
    """Return the first hits that fit in `budget` tokens; the best one always stays."""
    kept: list[Hit] = []
    used = 0
    for hit in hits:
        used += estimate_tokens(hit.text) + estimate_tokens(source_title(hit)) + _FENCE_TOKENS
        if kept and used > budget:
            break
        kept.append(hit)
    return tuple(kept)


def source_title(hit: Hit) -> str:
    """Return the document's title and the headings above the passage, as a reader would name the place."""
    path = [part for part in hit.heading_path if part != hit.document.title]
    return " > ".join([hit.document.title, *path])


def to_sources(hits: Sequence[Hit]) -> list[Source]:
    return [Source(number, source_title(hit), hit.text) for number, hit in enumerate(hits, start=1)]


def to_evidence(hits: Sequence[Hit]) -> list[Evidence]:
    return [
        Evidence(number=number, text=hit.text, title=source_title(hit), language=hit.language)
        for number, hit in enumerate(hits, start=1)
    ]
