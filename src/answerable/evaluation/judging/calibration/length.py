"""Whether a judge favours long answers, or short ones, more than people do.

Y. Dubois et al., "Length-Controlled AlpacaEval", 2024, on why a judge's liking for length has to be told from that of
people, who like long answers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, sqrt, tanh
from statistics import NormalDist
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.judging.calibration.types import LengthBias, Pair

_LEAST: Final = 10
_Z: Final = NormalDist().inv_cdf(0.975)


def find_length_bias(pairs: Sequence[Pair]) -> LengthBias | None:
    """Return the bias over the pairs whose length is known, None with fewer than ten of them."""
    known = [pair for pair in pairs if pair.length is not None]
    if len(known) < _LEAST:
        return None
    lengths = np.array([pair.length for pair in known], dtype=np.float64)
    judge = np.array([pair.judge for pair in known])
    human = np.array([pair.human for pair in known])
    excess = correlate_ranks(judge - human, lengths)
    low, high = (None, None) if excess is None else _find_interval(excess, len(known))
    return LengthBias(
        judge=correlate_ranks(judge, lengths),
        human=correlate_ranks(human, lengths),
        excess=excess,
        low=low,
        high=high,
        favours=_find_side(low, high),
        items=len(known),
    )


def correlate_ranks(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Return Spearman's correlation, ties at their mean rank; None where one of both is always the same."""
    ranks = [_rank(values) for values in (one, other)]
    if any(rank.std() == 0 for rank in ranks):
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _find_side(low: float | None, high: float | None) -> Literal["long", "short"] | None:
    if low is None or high is None or low <= 0 <= high:
        return None
    return "long" if low > 0 else "short"


def _rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: NDArray[np.float64] = (ends - (counts - 1) / 2)[places]
    return middle


def _find_interval(correlation: float, items: int) -> tuple[float, float]:
    """Return the interval by Fisher's transformation, with the variance for ranks (Bonett and Wright 2000)."""
    if abs(correlation) >= 1:
        return correlation, correlation
    half = _Z * sqrt((1 + correlation**2 / 2) / (items - 3))
    return tanh(atanh(correlation) - half), tanh(atanh(correlation) + half)
