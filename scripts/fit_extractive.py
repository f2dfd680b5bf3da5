"""Fit the offline model: `python -m scripts.fit_extractive`, some five minutes; needs the evaluation data.

Writes src/answerable/llm/extractive/data/coefficients.json. Two small linear models:

- which sentence answers: a conditional logit over the shortlist of a question (XQuAD-en and QED);
- whether any does: a logistic regression over the features of the sources, for each language its own. Answerable
  questions against the same ones asked of other collections, and of their own without the passages of their topic.

Only topics with an even number are used; benchmarks/answers.py measures on the odd ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from benchmarks.data import load_beir
from benchmarks.memory_search import MemorySearch
from benchmarks.questions import (
    AskedQuestion,
    half,
    hide_topics,
    holds_answer,
    load_plain,
    load_qed,
    load_xquad,
)
from numpy.typing import NDArray

from answerable.llm.extractive.coefficients import PATH, Coefficients
from answerable.llm.extractive.features import SENTENCE_FEATURES, SOURCES_FEATURES, describe_sources
from answerable.llm.extractive.rarity import Rarity
from answerable.llm.extractive.reader import Reader, Shortlist
from answerable.llm.minilm.model import TOKENIZER_PATH, MiniLM

Matrix = NDArray[np.float64]

_FALSE_REFUSALS = 0.05
"""Share of the answerable questions of each fitted set at which the decision to answer is put."""
_PER_SET = 400
_SEED = 7
_START = {"coverage": 1.0, "local_coverage": 2.0, "before": 3.0, "around": 4.0, "passage": 2.0, "rank": 2.0}
"""What the shortlist is made with before anything is fitted."""


@dataclass(frozen=True, slots=True)
class Read:
    """A question's shortlist; `features` hold the cosines, `right` marks the sentences that hold the answer."""

    shortlist: Shortlist
    features: Matrix
    right: NDArray[np.bool_]


def main() -> None:
    model = MiniLM.load()
    rarity = Rarity.load(TOKENIZER_PATH)
    searches = {name: MemorySearch(load_beir(name).corpus, model) for name in _COLLECTIONS}
    sentence = np.array([_START.get(name, 0.0) for name in SENTENCE_FEATURES])
    for _ in range(2):  # the second shortlist is made with what the first one taught
        fitting = _Reads(model, Reader(rarity=rarity, coefficients=Coefficients(sentence, {})), searches)
        sentence = _fit_choice([read for name, asked in _choice_sets() for read in fitting.read(name, asked)])
    answerable = {}
    for language in ("en", "de", "zh"):
        sets = [
            (bool(holds), _describe(fitting.read(name, asked), sentence))
            for holds, name, asked in _answerable_sets(language)
        ]
        answerable[language] = _fit_decision(sets)
    record = {
        "sentence": _named(SENTENCE_FEATURES, sentence),
        "answerable": {
            language: _named((*SOURCES_FEATURES, "intercept"), weights)
            for language, weights in answerable.items()
        },
    }
    PATH.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


_COLLECTIONS = ("xquad-en", "qed", "cookbook", "xquad-de", "xquad-zh")


def _choice_sets() -> Iterator[tuple[str, list[AskedQuestion]]]:
    yield "xquad-en", half(load_xquad("en"), held_out=False)
    yield "qed", half(load_qed(), held_out=False)


def _answerable_sets(language: str) -> Iterator[tuple[bool, str, list[AskedQuestion]]]:
    """Yield (whether the answer is there, collection, questions)."""
    own = half(load_xquad(language), held_out=False)
    yield True, f"xquad-{language}", own
    yield False, f"xquad-{language}", _some(hide_topics(own))
    yield False, "qed", _some(own)
    if language != "en":
        yield False, "xquad-en", _some(hide_topics(own))
        return
    qed, cookbook = half(load_qed(), held_out=False), half(load_plain("cookbook"), held_out=False)
    yield True, "qed", qed
    yield True, "cookbook", cookbook
    yield False, "qed", _some(hide_topics(qed))
    yield False, "xquad-en", _some(qed)
    yield False, "xquad-en", cookbook
    yield False, "qed", cookbook
    yield False, "cookbook", _some(own)
    yield False, "cookbook", _some(qed)


def _some(questions: list[AskedQuestion]) -> list[AskedQuestion]:
    return random.Random(_SEED).sample(questions, min(_PER_SET, len(questions)))


class _Reads:
    """Reads questions over collections with one reader."""

    def __init__(self, model: MiniLM, reader: Reader, searches: dict[str, MemorySearch]) -> None:
        self._embed = lru_cache(maxsize=50_000)(model.embed)  # the same sentences come up again and again
        self._reader, self._searches = reader, searches

    def read(self, name: str, questions: Sequence[AskedQuestion]) -> list[Read]:
        with ThreadPoolExecutor(2) as pool:
            reads = list(pool.map(lambda question: self._read(self._searches[name], question), questions))
        return [read for read in reads if len(read.features)]

    def _read(self, search: MemorySearch, question: AskedQuestion) -> Read:
        found = search.search(question.text, without=question.hidden)
        shortlist = self._reader.shortlist(question.text, [source for _, source in found])
        query = self._embed(question.text)
        features = shortlist.features.copy()
        features[:, -1] = [float(self._embed(text) @ query) for text in shortlist.get_texts()]
        ids = [id_ for id_, _ in found]
        right = [
            ids[candidate.rank] == question.document and holds_answer(candidate.text, question)
            for candidate in shortlist.candidates
        ]
        return Read(shortlist, features, np.array(right, dtype=bool))


def _fit_choice(reads: Sequence[Read], *, steps: int = 400, penalty: float = 1e-3) -> Matrix:
    """Return the weights that make the right sentences of a question likeliest among its shortlist (Adam)."""
    reads = [read for read in reads if read.right.any()]
    scale = np.concatenate([read.features for read in reads]).std(axis=0) + 1e-9
    weights, first, second = np.zeros_like(scale), np.zeros_like(scale), np.zeros_like(scale)
    for step in range(1, steps + 1):
        gradient = penalty * weights
        for read in reads:
            columns = read.features / scale
            odds = np.exp(columns @ weights - (columns @ weights).max())
            wanted = odds * read.right
            gradient += columns.T @ (odds / odds.sum() - wanted / wanted.sum()) / len(reads)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return np.asarray(weights / scale)


def _describe(reads: Sequence[Read], sentence: Matrix) -> Matrix:
    rows = []
    for read in reads:
        scores = read.features @ sentence
        order = np.argsort(-scores, kind="stable")
        rows.append(
            describe_sources(
                read.shortlist.question,
                read.shortlist.candidates[order[0]],
                passages=read.shortlist.passages,
                cosines=[float(each) for each in read.features[order, -1]],
            )
        )
    return np.array(rows)


def _fit_decision(sets: Sequence[tuple[bool, Matrix]], *, penalty: float = 1e-3) -> Matrix:
    """Return weights and intercept (Newton), each set counting alike, answerable ones as much as the others."""
    rows = np.concatenate([described for _, described in sets])
    labels = np.concatenate([np.full(len(described), float(holds)) for holds, described in sets])
    alike = {True: sum(holds for holds, _ in sets), False: sum(not holds for holds, _ in sets)}
    counts = np.concatenate([np.full(len(d), 1 / (len(d) * alike[holds])) for holds, d in sets]) / 2
    middle, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    columns = np.column_stack([(rows - middle) / scale, np.ones(len(rows))])
    weights = np.zeros(columns.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-columns @ weights))
        gradient = columns.T @ (counts * (chance - labels)) + penalty * weights
        hessian = (columns * (counts * chance * (1 - chance))[:, None]).T @ columns
        weights -= np.linalg.solve(hessian + penalty * np.eye(len(weights)), gradient)
    plain = np.append(weights[:-1] / scale, weights[-1] - float((weights[:-1] * middle / scale).sum()))
    plain[-1] -= min(
        float(np.quantile(described @ plain[:-1] + plain[-1], _FALSE_REFUSALS))
        for holds, described in sets
        if holds
    )
    return np.asarray(plain)


def _named(names: Sequence[str], weights: Matrix) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


if __name__ == "__main__":
    main()
