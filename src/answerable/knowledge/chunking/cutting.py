"""Cut a stretch that is too long for one chunk.

Each cut asks: into how many chunks must the rest go, and where is the even share of it? The best place for a
cut is a good boundary near that share, so that no long stretch ends in a crumb. Only where no block, item or
row ends near it are sentences looked for, then lines, then words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from answerable.knowledge.chunking.structure import Structure, Table
from answerable.knowledge.chunking.tokens import TokenMap

_SENTENCE_END = re.compile(
    r"(?<=[\w)\]\"'”’»%])[.!?…][\"'”’)\]*_`]*\s+(?=[^\sa-z])|[。！？]+[”’」』）]*|[;:]\s*\n"
)
_SPACE = re.compile(r"\s+")
_SENTENCE, _LINE, _WORD = 50, 25, 0
_GOOD = 45
"""The score from which a boundary of the structure is taken without looking for sentences."""

_DISTANCE = 80
"""What a cut loses when it lies a whole share away from the even share, in points of rank."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text, not empty; `columns` is the header row of the table that it continues, or empty."""

    start: int
    end: int
    columns: str = ""


class Cutter:
    """Cuts stretches of one text."""

    def __init__(self, text: str, structure: Structure, tokens: TokenMap, *, overlap: int) -> None:
        self._text = text
        self._tokens = tokens
        self._overlap = overlap
        self._ranks = structure.cuts
        self._offsets = sorted(structure.cuts)
        self._fences = structure.fences
        self._fence_starts = [start for start, _ in structure.fences]
        self._tables = structure.tables
        self._table_bodies = [table.body for table in structure.tables]

    def cut(self, start: int, end: int, *, room: int, header_room: int) -> Iterator[Span]:
        """Yield the pieces of text[start:end], each of at most `room` tokens with its column names.

        Column names of at most `header_room` tokens are repeated.
        """
        while start < end:
            columns, spent = self._find_columns(start, header_room)
            stop = self._find_stop(start, end, room - spent)
            yield Span(start, stop, columns)
            start = max(self._step_back(start, stop), start + 1) if stop < end else end

    def _find_columns(self, start: int, header_room: int) -> tuple[str, int]:
        table = self._find_table(start)
        if table is None or not table.columns:
            return "", 0
        first_row_end = table.start + len(table.columns)
        cost = self._tokens.count(table.start, first_row_end)
        return (table.columns, cost) if cost <= header_room else ("", 0)

    def _find_table(self, start: int) -> Table | None:
        """Return the table that has its header before `start` and a row at or after it."""
        index = bisect_right(self._table_bodies, start) - 1
        table = self._tables[index] if index >= 0 else None
        return table if table is not None and table.body <= start < table.end else None

    def _find_stop(self, start: int, end: int, room: int) -> int:
        left = self._tokens.count(start, end)
        if left <= room:
            return end
        shares = -(-left // room)
        even = left / shares
        limit = min(self._tokens.find_limit(start, room), end)
        low, high = bisect_right(self._offsets, start), bisect_right(self._offsets, limit)
        best, score = self._choose(
            start, even, room, ((offset, self._ranks[offset]) for offset in self._offsets[low:high])
        )
        if score >= _GOOD:
            return best
        found, other = self._choose(start, even, room, self._find_finer(start, limit))
        return found if other > score else best if best > start else limit

    def _choose(
        self, start: int, even: float, room: int, candidates: Iterable[tuple[int, int]]
    ) -> tuple[int, float]:
        best, best_score = start, float("-inf")
        for offset, rank in candidates:
            if self._splits_fence(start, offset, room):
                continue
            size = self._tokens.count(start, offset)
            score = rank - _DISTANCE * abs(size - even) / even
            if score > best_score:
                best, best_score = offset, score
        return best, best_score

    def _find_finer(self, start: int, limit: int) -> Iterator[tuple[int, int]]:
        for pattern, rank in ((_SENTENCE_END, _SENTENCE), (_SPACE, _WORD)):
            for match in pattern.finditer(self._text, start + 1, limit):
                yield match.end(), rank

    def _splits_fence(self, start: int, offset: int, room: int) -> bool:
        """Tell whether a cut at `offset` goes through code that would fit into one chunk."""
        index = bisect_left(self._fence_starts, offset) - 1
        if index < 0:
            return False
        begin, end = self._fences[index]
        if not begin < offset < end or begin < start:
            return False
        return self._tokens.count(begin, end) <= room

    def _step_back(self, start: int, stop: int) -> int:
        """Return where the next piece begins: `stop`, or a boundary at most `overlap` tokens before it."""
        if not self._overlap:
            return stop
        low = bisect_right(self._offsets, start)
        for offset in self._offsets[low : bisect_left(self._offsets, stop)]:
            if self._tokens.count(offset, stop) <= self._overlap:
                return offset
        sentences = (match.end() for match in _SENTENCE_END.finditer(self._text, start + 1, stop))
        near = (offset for offset in sentences if self._tokens.count(offset, stop) <= self._overlap)
        return next(near, stop)
