"""Folding near-duplicate passages: the same boilerplate, licence or paragraph in several documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from answerable.knowledge.index.lexemes import split_words
from answerable.knowledge.types import Hit

_SHINGLE: Final = 3
_ALIKE: Final = 0.9


def fold_duplicates(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield each hit whose text is not nearly that of one before: nine tenths of their word triples shared."""
    kept: list[frozenset[tuple[str, ...]]] = []
    for hit in hits:
        shingles = _make_shingles(hit.text)
        if not any(_are_alike(shingles, other) for other in kept):
            kept.append(shingles)
            yield hit


def _make_shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = split_words(text)
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _are_alike(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> bool:
    """Compare by Jaccard similarity; sizes that differ too much settle it without looking."""
    if len(a) < _ALIKE * len(b) or len(b) < _ALIKE * len(a):
        return False
    shared = len(a & b)
    return shared >= _ALIKE * (len(a) + len(b) - shared)
