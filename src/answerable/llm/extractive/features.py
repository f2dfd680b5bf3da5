"""What speaks for a sentence as the answer, and for the sources as a whole holding one: plain numbers.

Coverage is the share of the question's weight (its terms, rare ones counting more) that a text holds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from answerable.llm.extractive.answer_types import fits
from answerable.llm.extractive.candidates import Candidate, Passage
from answerable.llm.extractive.question import Question

Features = NDArray[np.float64]
"""Shape (sentences, features)."""

_WINDOW = 4
"""Terms between two neighbours of the question that still count as close."""

SENTENCE_FEATURES = (
    "coverage", "local_coverage", "before", "around", "passage", "rank", "first_passage", "proximity", "fits",
    "length", "names", "position", "cosine",
)  # fmt: skip
"""The columns of a sentence; the cosine with the question comes last, since only a shortlist gets one."""

SOURCES_FEATURES = (
    "coverage", "rarest_missing", "missing", "cosine", "best_cosine", "margin", "terms", "names",
)  # fmt: skip
"""The columns of the decision to answer, measured at the best sentence and its passage."""


def get_coverage(weights: Mapping[str, float], held: Collection[str]) -> float:
    """Return the share of `weights` whose terms are in `held`, between 0 and 1."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0


def get_proximity(question: Question, terms: Sequence[str]) -> float:
    """Return the share of the question's neighbouring pairs of terms that stand close together in `terms`."""
    pairs = list(zip(question.order, question.order[1:], strict=False))
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        places.setdefault(term, []).append(place)
    return sum(_are_close(places.get(left, ()), places.get(right, ())) for left, right in pairs) / len(pairs)


def describe_sentences(question: Question, passages: Sequence[Passage]) -> Features:
    """Return the features of every candidate, passage by passage; the cosine is still 0."""
    local = _get_local_weights(question, passages)
    rows = [
        _describe(question, candidate, local=local, passage_coverage=coverage)
        for passage in passages
        for coverage in (get_coverage(question.terms, passage.terms),)
        for candidate in passage.candidates
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(SENTENCE_FEATURES))


def describe_sources(
    question: Question, best: Candidate, *, passages: Sequence[Passage], cosines: Sequence[float]
) -> list[float]:
    """Return the features of the decision whether the sources answer at all, in the order of `SOURCES_FEATURES`.

    `cosines` are those of the shortlist, the best sentence first.
    """
    passage = passages[best.rank]
    missing = [weight for term, weight in question.terms.items() if term not in passage.terms]
    names = {term: question.terms[term] for term in question.names}
    coverages = sorted((get_coverage(question.terms, each.terms) for each in passages), reverse=True)
    return [
        get_coverage(question.terms, {*best.terms, *best.before, *best.around}),
        max(missing, default=0.0),
        sum(missing),
        cosines[0],
        max(cosines),
        coverages[0] - (coverages[1] if len(coverages) > 1 else 0.0),
        min(len(question.terms), 12) / 12,
        get_coverage(names, passage.terms) if names else 0.5,
    ]


def _describe(
    question: Question, candidate: Candidate, *, local: Mapping[str, float], passage_coverage: float
) -> list[float]:
    held = set(candidate.terms)
    coverage = get_coverage(question.terms, held)
    with_before = get_coverage(question.terms, held | candidate.before)
    context = held | candidate.before | candidate.around
    names = {term: question.terms[term] for term in question.names}
    return [
        coverage,
        get_coverage(local, held),
        with_before - coverage,
        get_coverage(question.terms, context) - with_before,
        passage_coverage,
        1.0 / (1 + candidate.rank),
        float(candidate.rank == 0),
        get_proximity(question, candidate.terms),
        fits(question, candidate.text),
        math.log1p(len(candidate.terms)) / 4,
        get_coverage(names, context) if names else 0.5,
        1.0 / (1 + candidate.position),
        0.0,
    ]


def _get_local_weights(question: Question, passages: Sequence[Passage]) -> dict[str, float]:
    """Return the question's weights, lowered for terms that many of the sentences hold: those tell them apart less."""
    sentences = [set(candidate.terms) for passage in passages for candidate in passage.candidates]
    frequency = Counter(term for held in sentences for term in held & question.terms.keys())
    scale = math.log1p(len(sentences) or 1)
    return {
        term: weight * math.log1p(len(sentences) / (1 + frequency[term])) / scale
        for term, weight in question.terms.items()
    }


def _are_close(left: Collection[int], right: Collection[int]) -> bool:
    return any(abs(a - b) <= _WINDOW for a in left for b in right)
