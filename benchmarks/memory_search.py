"""A hybrid search in memory, for benchmarks and fits that only need good passages and no database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from answerable.llm.extractive.words import find_language, find_terms
from answerable.llm.minilm.model import MiniLM
from answerable.llm.sources import Source

_DENSE_WEIGHT = {"en": 0.5, "de": 0.3, "zh": 0.1}
"""The embedded embedder speaks English; in other languages the words must carry the search."""


class MemorySearch:
    """Min-max scores of MiniLM and BM25, added up. `corpus` maps an id to (title, text)."""

    def __init__(self, corpus: dict[str, tuple[str, str]], model: MiniLM) -> None:
        self._ids = list(corpus)
        self._entries = list(corpus.values())
        self._model = model
        self.language = find_language(" ".join(text for _, text in self._entries[:20]))
        self._vectors = np.array([model.embed(f"{title}\n{text}") for title, text in self._entries])
        self._bm25 = bm25s.BM25(k1=0.9, b=0.4)
        terms = [find_terms(f"{title} {text}", self.language) or [""] for title, text in self._entries]
        self._bm25.index(terms, show_progress=False)

    def search(
        self, question: str, *, top_k: int = 8, without: Collection[str] = ()
    ) -> list[tuple[str, Source]]:
        """Return the best passages as (id, source), leaving out the ids in `without`."""
        scores = self._score(question)
        scores[[place for place, each in enumerate(self._ids) if each in without]] = -1.0
        best = np.argsort(-scores, kind="stable")[:top_k]
        return [
            (self._ids[place], Source(number, *self._entries[place]))
            for number, place in enumerate(map(int, best), start=1)
        ]

    def _score(self, question: str) -> NDArray[np.float64]:
        known = [term for term in find_terms(question, self.language) if term in self._bm25.vocab_dict]
        lexical = self._bm25.get_scores(known) if known else np.zeros(len(self._ids))
        weight = _DENSE_WEIGHT[self.language]
        dense = self._vectors @ self._model.embed(question)
        return np.asarray(weight * _spread(dense) + (1 - weight) * _spread(lexical))


def _spread(scores: Any) -> NDArray[np.float64]:
    plain = np.asarray(scores, dtype=np.float64)
    low, high = plain.min(), plain.max()
    return np.asarray((plain - low) / (high - low if high > low else 1))
