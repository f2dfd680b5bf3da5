"""The fitted numbers of the offline model; scripts/fit_extractive.py writes their file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerable.llm.extractive.features import SENTENCE_FEATURES, SOURCES_FEATURES

PATH = Path(__file__).resolve().parent / "data" / "coefficients.json"

MOST_QUOTES = 3
_ENOUGH = 0.8
"""Probability that one of the quoted sentences is the right one, at which no further one is quoted."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """`sentence` weighs `SENTENCE_FEATURES`; `answerable[language]` weighs `SOURCES_FEATURES`, the intercept last."""

    sentence: NDArray[np.float64]
    answerable: Mapping[str, NDArray[np.float64]]

    @classmethod
    def load(cls, path: Path = PATH) -> Coefficients:
        record = json.loads(path.read_text(encoding="utf-8"))
        sentence = np.array([record["sentence"][name] for name in SENTENCE_FEATURES])
        names = (*SOURCES_FEATURES, "intercept")
        answerable = {
            language: np.array([weights[name] for name in names])
            for language, weights in record["answerable"].items()
        }
        return cls(sentence, answerable)

    def get_answerable(self, features: Sequence[float], language: str) -> float:
        """Return a score between 0 and 1 that the sources hold the answer; from 0.5 on the model answers."""
        weights = self.answerable.get(language, self.answerable["en"])
        return 1.0 / (1.0 + math.exp(-float(np.dot(weights, (*features, 1.0)))))

    def pick(self, scores: Sequence[float]) -> int:
        """Return how many of the best sentences to quote. `scores` are sorted, best first."""
        odds = np.exp(np.array(scores) - scores[0])
        reached = np.cumsum(odds / odds.sum())
        enough = int(np.searchsorted(reached, _ENOUGH)) + 1
        return min(enough, MOST_QUOTES, len(scores))
