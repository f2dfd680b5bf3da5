"""Reading: from a question and its sources to the sentences that answer it, or to none.

Two steps with the embedder between them: `shortlist` needs no vectors, `choose` needs those of the shortlist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerable.llm.extractive.candidates import Candidate, Passage, read_passages
from answerable.llm.extractive.coefficients import Coefficients
from answerable.llm.extractive.features import Features, describe_sentences, describe_sources
from answerable.llm.extractive.question import Question, read_question
from answerable.llm.extractive.rarity import Rarity
from answerable.llm.sources import Source

SHORTLIST = 10
"""Sentences that are embedded, at some 2 ms each: ten find what all of them would (XQuAD, QED)."""

_EMBEDDED_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The sentences worth embedding. `features` has a row for each candidate, without its cosine."""

    question: Question
    passages: tuple[Passage, ...]
    candidates: tuple[Candidate, ...]
    features: Features

    def get_texts(self) -> list[str]:
        """Return what is embedded for each candidate: a sentence means little without what it is about."""
        return [
            f"{candidate.source.title}: {candidate.text}"[:_EMBEDDED_CHARACTERS]
            for candidate in self.candidates
        ]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out. `quotes` are best first, `answerable` the probability that the sources hold the answer."""

    quotes: tuple[Candidate, ...]
    answerable: float


class Reader:
    """Reads with fixed coefficients; keeps nothing between questions."""

    def __init__(self, *, rarity: Rarity, coefficients: Coefficients) -> None:
        self._rarity = rarity
        self._coefficients = coefficients

    def shortlist(self, question: str, sources: Sequence[Source]) -> Shortlist:
        """Return the sentences of `sources` that fit best by their words; about 5 ms for eight passages."""
        read = read_question(question, self._rarity)
        passages = tuple(read_passages(sources, read.language))
        candidates = [candidate for passage in passages for candidate in passage.candidates]
        features = describe_sentences(read, passages)
        order = np.argsort(-(features @ self._coefficients.sentence), kind="stable")
        kept = _without_repeats([int(place) for place in order], candidates)[:SHORTLIST]
        return Shortlist(read, passages, tuple(candidates[place] for place in kept), features[kept])

    def choose(
        self, shortlist: Shortlist, *, query: NDArray[np.float32], vectors: NDArray[np.float32]
    ) -> Reading:
        """Return the sentences to quote. `query` has shape (d,), `vectors` (candidates, d), unit length both."""
        if not shortlist.candidates:
            return Reading((), 0.0)
        features, cosines = shortlist.features.copy(), vectors @ query
        features[:, -1] = cosines
        scores = features @ self._coefficients.sentence
        order = np.argsort(-scores, kind="stable")
        described = describe_sources(
            shortlist.question,
            shortlist.candidates[order[0]],
            passages=shortlist.passages,
            cosines=[float(cosines[place]) for place in order],
        )
        answerable = self._coefficients.get_answerable(described, shortlist.question.language)
        if answerable < 0.5:
            return Reading((), answerable)
        chosen = self._coefficients.pick([float(score) for score in scores[order]])
        return Reading(tuple(shortlist.candidates[place] for place in order[:chosen]), answerable)


def _without_repeats(order: Sequence[int], candidates: Sequence[Candidate]) -> list[int]:
    """Return `order` without sentences that read the same as an earlier one: passages may overlap."""
    first: dict[str, int] = {}
    for place in order:
        first.setdefault("".join(candidates[place].text.casefold().split()), place)
    return list(first.values())
