"""What may be chosen of an index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from answerable.core.closeness import suggest
from answerable.core.errors import Conflict, InvalidInput, NotFound
from answerable.knowledge.chunking.chunk import MIN_TOKENS
from answerable.knowledge.index_versions.types import IndexChoice, IndexSummary
from answerable.knowledge.types import MAIN_INDEX, ChunkerSettings, IndexSettings

MAX_CHUNK_TOKENS: Final = 2_000
MAX_OVERLAP_SHARE: Final = 3
"""The overlap of two passages is at most a third of one: more is cut off by the chunker, so it is refused here."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def check_name(name: str, *, first: bool) -> None:
    """Raises InvalidInput. Only the first index of a collection is called `main`: ids of passages rely on it."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot be the name of an index.",
            hint="Use up to 63 lower-case letters, digits, - and _; begin with a letter or digit.",
        )
    if name == MAIN_INDEX and not first:
        raise InvalidInput(
            f"Only the first index of a collection is called {MAIN_INDEX!r}.", hint="Choose another name."
        )


def resolve(choice: IndexChoice, base: IndexSettings) -> IndexSettings:
    """Return what an index is made of: what was chosen, and the rest as in `base`. Raises InvalidInput."""
    tokens = _or(choice.chunk_tokens, base.chunker.max_tokens)
    overlap = _or(choice.chunk_overlap, base.chunker.overlap)
    if not MIN_TOKENS <= tokens <= MAX_CHUNK_TOKENS:
        raise InvalidInput(
            f"A passage cannot have {tokens} tokens.", hint=f"Choose {MIN_TOKENS} to {MAX_CHUNK_TOKENS}."
        )
    if not 0 <= overlap <= tokens // MAX_OVERLAP_SHARE:
        raise InvalidInput(
            f"Passages of {tokens} tokens cannot overlap by {overlap}.",
            hint=f"Choose 0 to {tokens // MAX_OVERLAP_SHARE}.",
        )
    chunker = ChunkerSettings(version=base.chunker.version, max_tokens=tokens, overlap=overlap)
    return IndexSettings(embedder=choice.embedder or base.embedder, chunker=chunker)


def check_complete(index: IndexSummary) -> None:
    """Raises Conflict for an index that lacks documents of its collection."""
    if not index.behind:
        return
    why = f" {index.problem}" if index.problem else ""
    raise Conflict(
        f"The index {index.name!r} is behind by {index.behind} of {index.documents} documents.{why}",
        hint=f"Bring it up to date with: answerable indexes update {index.name} -c {index.collection}",
        code="index_behind",
    )


def no_index(name: str, known: Sequence[str]) -> NotFound:
    return NotFound(
        f"There is no index {name!r}.",
        hint=suggest(name, known) or f"There are: {', '.join(known) or 'none yet'}.",
    )


def _or(chosen: int | None, default: int) -> int:
    return default if chosen is None else chosen
