"""Folding near-duplicate passages: the same boilerplate, licence or paragraph in several documents."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.index.lexemes import split_words
from answerable.knowledge.types import Hit

_SHINGLE: Final = 3
_ALIKE: Final = 0.9
_HASHES: Final = 32
_SUSPECT: Final = 22
"""Equal hashes of 32 above which two texts are compared word by word; of two that are alike, 1 in 4,000 has fewer."""

Sketch = NDArray[np.uint64]

_RANDOM = np.random.default_rng(1997)
_FACTORS = _RANDOM.integers(1, 2**63, _HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OFFSETS = _RANDOM.integers(0, 2**63, _HASHES, dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Folder:
    """Leaves out texts that are nearly one before: nine tenths of their word triples shared.

    Pairs are found by MinHash (Broder, "On the resemblance and containment of documents", 1997), and then compared
    exactly. The sketches of the texts seen last are remembered.
    """

    def __init__(self, *, max_sketches: int = 20_000) -> None:
        self._max_sketches = max_sketches
        self._sketches: OrderedDict[int, Sketch] = OrderedDict()

    def fold(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits without those whose text is nearly that of one before, in their order."""
        if len(hits) < 2:
            return list(hits)
        sketches = np.stack([self._sketch(hit.text) for hit in hits])
        equal = (sketches[:, None, :] == sketches[None, :, :]).sum(axis=2)
        suspects = np.argwhere(np.tril(equal >= _SUSPECT, -1)).tolist()
        dropped: set[int] = set()
        for later, earlier in suspects:
            if earlier not in dropped and _are_alike(hits[later].text, hits[earlier].text):
                dropped.add(later)
        return [hit for place, hit in enumerate(hits) if place not in dropped]

    def _sketch(self, text: str) -> Sketch:
        key = hash(text)
        known = self._sketches.get(key)
        if known is not None:
            self._sketches.move_to_end(key)
            return known
        made = self._sketches[key] = _make_sketch(text)
        if len(self._sketches) > self._max_sketches:
            self._sketches.popitem(last=False)
        return made


def _make_sketch(text: str) -> Sketch:
    """Return, for each of 32 hash functions, the smallest hash of a word triple."""
    words = np.array([zlib.crc32(word.encode()) for word in split_words(text)] or [0], dtype=np.uint64)
    mixed = words.copy() if len(words) <= _SHINGLE else words[:-2].copy()
    for place in range(1, _SHINGLE):
        mixed = mixed * _MIX + (words if len(words) <= _SHINGLE else words[place : len(words) - 2 + place])
    mixed ^= mixed >> np.uint64(29)
    hashes: Sketch = ((mixed[:, None] * _FACTORS + _OFFSETS) >> np.uint64(32)).min(axis=0)
    return hashes


def _make_shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = split_words(text)
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _are_alike(one: str, other: str) -> bool:
    """Compare by Jaccard similarity."""
    a, b = _make_shingles(one), _make_shingles(other)
    shared = len(a & b)
    return shared >= _ALIKE * (len(a) + len(b) - shared)
