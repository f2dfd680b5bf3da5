"""BM25 over posting lists in NumPy: the variant of Lucene, exact over the chunks that live.

    score(q, d) = sum over lexemes t of q:  n(t, q) * idf(t) * f / (f + k1 * (1 - b + b * |d| / avgdl))
    idf(t)      = ln(1 + (N - df + 0.5) / (df + 0.5))

as in Kamphuis, de Vries, Boytsov, Lin: "Which BM25 do you mean?" (ECIR 2020). N, df and avgdl are counted within a
language, so that German does not make an English word rare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ordinals = NDArray[np.uint32]
Scores = NDArray[np.float32]

K1: Final = 0.9
B: Final = 0.4


@dataclass(frozen=True, slots=True)
class Segment:
    """The chunks of one write or merge, all in one language: `ordinals` ascending, `lengths` in lexemes.

    `dead` names ordinals that were removed since; it may name others too, which do no harm.
    """

    id: int
    language: str
    ordinals: Ordinals
    lengths: NDArray[np.uint16]
    dead: Ordinals

    @property
    def contiguous(self) -> bool:
        count = len(self.ordinals)
        return count > 0 and int(self.ordinals[-1]) - int(self.ordinals[0]) + 1 == count

    def get_alive(self) -> NDArray[np.bool_]:
        """Return shape (n,): which of its chunks live."""
        if len(self.dead) == 0:
            return np.ones(len(self.ordinals), dtype=np.bool_)
        return ~np.isin(self.ordinals, self.dead)


class PostingList:
    """Where a lexeme stands in a segment: `positions` into the segment's ordinals, and how often, at most 255."""

    __slots__ = ("_memo", "counts", "positions")

    def __init__(self, positions: Ordinals, counts: NDArray[np.uint8]) -> None:
        self.positions = positions
        self.counts = counts
        self._memo: tuple[float, Scores] | None = (
            None  # one attribute, so that threads see both halves or none
        )

    @property
    def nbytes(self) -> int:
        """Bytes held once scored, with what the objects around the arrays cost."""
        return 400 + 9 * len(self.positions)

    def get_impacts(self, norms: Scores, average: float) -> Scores:
        """Return f / (f + norm) of each posting; kept until the average length, hence the norms, change."""
        memo = self._memo
        if memo is None or memo[0] != average:
            counts = self.counts.astype(np.float32)
            memo = self._memo = (average, counts / (counts + norms[self.positions]))
        return memo[1]


def make_posting_list(segment: Segment, ordinals: Ordinals, counts: NDArray[np.uint8]) -> PostingList:
    """Turn ordinals into positions. A merge keeps postings of chunks that it dropped: they are dropped here."""
    if segment.contiguous:
        return PostingList(ordinals - segment.ordinals[0], counts)
    positions = np.searchsorted(segment.ordinals, ordinals).astype(np.uint32)
    positions[positions == len(segment.ordinals)] = 0
    member = segment.ordinals[positions] == ordinals
    return PostingList(positions[member], counts[member])


@dataclass(frozen=True, slots=True)
class _Placed:
    """A segment in the arrays of its whole index: it holds `[start, stop)` of them."""

    segment: Segment
    start: int
    stop: int
    dying: bool


@dataclass(frozen=True, slots=True)
class _Language:
    segments: tuple[_Placed, ...]
    live: int
    average: float


class Corpus:
    """The segments of an index at one generation, with its statistics. All arrays have one entry a chunk."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.ordinals: Ordinals = np.concatenate([s.ordinals for s in segments] or [np.zeros(0, np.uint32)])
        self.alive: NDArray[np.bool_] = np.concatenate(
            [s.get_alive() for s in segments] or [np.zeros(0, np.bool_)]
        )
        self._lengths: Scores = np.concatenate(
            [s.lengths.astype(np.float32) for s in segments] or [np.zeros(0, np.float32)]
        )
        self._norms = np.zeros(len(self.ordinals), dtype=np.float32)
        self._sorter = None if _ascends(self.ordinals) else np.argsort(self.ordinals, kind="stable")
        self._languages = self._place()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of live chunks, that of the most first."""
        live = {language: part.live for language, part in self._languages.items() if part.live}
        return tuple(sorted(live, key=lambda language: (-live[language], language)))

    def _place(self) -> dict[str, _Language]:
        placed: dict[str, list[_Placed]] = {}
        start = 0
        for segment in self.segments:
            stop = start + len(segment.ordinals)
            dying = not bool(self.alive[start:stop].all())
            placed.setdefault(segment.language, []).append(_Placed(segment, start, stop, dying))
            start = stop
        return {language: self._measure(parts) for language, parts in placed.items()}

    def _measure(self, parts: list[_Placed]) -> _Language:
        live = sum(int(self.alive[p.start : p.stop].sum()) for p in parts)
        total = sum(float(self._lengths[p.start : p.stop] @ self.alive[p.start : p.stop]) for p in parts)
        average = max(total / max(live, 1), 1.0)
        for part in parts:
            lengths = self._lengths[part.start : part.stop]
            self._norms[part.start : part.stop] = K1 * (1 - B + B * lengths / average)
        return _Language(tuple(parts), live, average)

    def score(
        self,
        query: Mapping[str, Mapping[str, int]],
        lists: Mapping[tuple[int, str], PostingList],
    ) -> Ranking:
        """Score every chunk.

        `query` maps a language to the query's lexemes and how often each stands there; `lists` holds the posting
        lists of those by segment id and lexeme.
        """
        scores = np.zeros(len(self.ordinals), dtype=np.float32)
        for language, lexemes in query.items():
            part = self._languages.get(language)
            if part is not None:
                for lexeme, times in lexemes.items():
                    self._add(scores, part, lexeme, times, lists)
        if any(p.dying for part in self._languages.values() for p in part.segments):
            scores[~self.alive] = 0.0
        return Ranking(self, scores)

    def _add(
        self,
        scores: Scores,
        language: _Language,
        lexeme: str,
        times: int,
        lists: Mapping[tuple[int, str], PostingList],
    ) -> None:
        found = [
            (placed, postings)
            for placed in language.segments
            if (postings := lists.get((placed.segment.id, lexeme))) is not None and len(postings.positions)
        ]
        frequency = sum(self._count_live(placed, postings) for placed, postings in found)
        weight = np.float32(times * get_idf(frequency, language.live))
        for placed, postings in found:
            impacts = postings.get_impacts(self._norms[placed.start : placed.stop], language.average)
            scores[placed.start : placed.stop][postings.positions] += weight * impacts

    def _count_live(self, placed: _Placed, postings: PostingList) -> int:
        if not placed.dying:
            return len(postings.positions)
        return int(self.alive[placed.start : placed.stop][postings.positions].sum())

    def find_places(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each ordinal stands in the arrays, -1 for one that is not there."""
        if len(self.ordinals) == 0:
            return np.full(len(ordinals), -1, dtype=np.int64)
        wanted = ordinals.astype(np.uint32)
        places = np.searchsorted(self.ordinals, wanted, sorter=self._sorter)
        places = np.minimum(places, len(self.ordinals) - 1)
        if self._sorter is not None:
            places = self._sorter[places]
        return np.where(self.ordinals[places] == wanted, places, -1)


class Ranking:
    """The scores of all chunks for one query. One with a score of `least` is not found by it."""

    def __init__(self, corpus: Corpus, scores: Scores, *, least: float = 0.0) -> None:
        self._corpus = corpus
        self._scores = scores
        self._least = least

    def best(self, count: int) -> NDArray[np.int64]:
        """Return the ordinals of the best `count` chunks with a score above `least`, best first."""
        scores, least = self._scores, self._least
        place = len(scores) - count
        bound = np.partition(scores, place)[place] if place > 0 else least
        places = np.flatnonzero(scores >= bound) if bound > least else np.flatnonzero(scores > least)
        ordinals = self._corpus.ordinals[places].astype(np.int64)
        return ordinals[np.lexsort((ordinals, -scores[places]))[:count]]

    def get_scores(self, ordinals: NDArray[np.int64]) -> Scores:
        """Return the score of each chunk named; zero for one without any of the lexemes."""
        places = self._corpus.find_places(ordinals)
        found = places >= 0
        scores = np.zeros(len(ordinals), dtype=np.float32)
        scores[found] = self._scores[places[found]]
        return scores


def get_idf(frequency: int, total: int) -> float:
    """Return the inverse document frequency of a lexeme in `frequency` of `total` chunks; never negative."""
    return log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _ascends(ordinals: Ordinals) -> bool:
    return bool(np.all(ordinals[1:] > ordinals[:-1]))
