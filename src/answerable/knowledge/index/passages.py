"""The passages that searches return again and again, remembered with their documents.

Only for searches that may see everything: who may read what is asked of the database each time. What is remembered
belongs to one generation of an index; a write to it, also of a document's metadata or groups, makes another.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.db.database import OnDemand
from answerable.knowledge.index import reading
from answerable.knowledge.index.filters import Condition
from answerable.knowledge.index.reading import Passage
from answerable.knowledge.types import Index

_OBJECTS: Final = 1000
"""Bytes of the objects around a passage's text, its document's metadata among them."""


class PassageCache:
    """Bounded: the index that was searched least recently goes first, and within one the passage."""

    def __init__(self, *, max_bytes: int = 48 * 2**20) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._known: OrderedDict[tuple[int, int], Passage] = OrderedDict()
        self._generations: dict[int, int] = {}

    async def read(
        self, source: OnDemand, index: Index, ordinals: NDArray[np.int64], condition: Condition
    ) -> dict[int, Passage]:
        """Return the chunks that the condition allows, by ordinal, as of the generation of `index`."""
        if condition:
            return await reading.read_passages(await source.get(), index, ordinals, condition)
        self._renew(index)
        known = self._find(index.id, ordinals)
        missing = [ordinal for ordinal in ordinals.tolist() if ordinal not in known]
        if missing:
            read = await reading.read_passages(await source.get(), index, np.array(missing), condition)
            if self._generations.get(index.id) == index.generation:
                self._keep(index.id, read)
            known.update(read)
        return known

    def _renew(self, index: Index) -> None:
        """Forget what is of another generation."""
        if self._generations.get(index.id) == index.generation:
            return
        self._generations[index.id] = index.generation
        for key in [key for key in self._known if key[0] == index.id]:
            self._bytes -= _measure(self._known.pop(key))

    def _find(self, index_id: int, ordinals: NDArray[np.int64]) -> dict[int, Passage]:
        found = {}
        for ordinal in ordinals.tolist():
            passage = self._known.get((index_id, ordinal))
            if passage is not None:
                self._known.move_to_end((index_id, ordinal))
                found[ordinal] = passage
        return found

    def _keep(self, index_id: int, read: dict[int, Passage]) -> None:
        for ordinal, passage in read.items():
            if (index_id, ordinal) not in self._known:
                self._known[index_id, ordinal] = passage
                self._bytes += _measure(passage)
        while self._bytes > self._max_bytes:
            self._bytes -= _measure(self._known.popitem(last=False)[1])


def _measure(passage: Passage) -> int:
    return _OBJECTS + 2 * len(passage.text)
