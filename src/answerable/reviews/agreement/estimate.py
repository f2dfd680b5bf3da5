"""A statistic of items with its interval: bias-corrected and accelerated bootstrap (Efron 1987), items resampled.

Every statistic here is a function of sums over items. So items that were rated alike are one row with a count, a
resample is a draw of counts, and leaving one item out takes its row from the sum: nothing is computed item by item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from answerable.reviews.agreement.table import Codes, Floats

_RESAMPLES: Final = 2_000
_BLOCK: Final = 4_000_000
"""Numbers held at once."""
_LEAST_ITEMS: Final = 3
"""With fewer items a resample says nothing."""
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Statistic:
    """`features`, shape (rows, features), of rows that came `counts` times, shape (rows,).

    `compute` turns sums of features, shape (..., features), into values, shape (...); NaN where it is not defined.
    """

    features: Floats
    counts: Codes
    compute: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Estimate:
    """`value` None: not defined for these items, as `reason` says. The ends of the interval are None when unknown."""

    value: float | None
    low: float | None
    high: float | None
    items: int
    confidence: float = 0.95
    reason: str = ""


def estimate(
    statistic: Statistic,
    *,
    undefined: str,
    confidence: float = 0.95,
    resamples: int = _RESAMPLES,
    seed: int = 0,
) -> Estimate:
    """Return the statistic with its interval; the same seed gives the same interval.

    `undefined` says why there is no value when there is none. CPU-bound: keep it off the event loop.
    """
    items = int(statistic.counts.sum())
    total = statistic.counts @ statistic.features
    value = float(statistic.compute(total)) if items else float("nan")
    if np.isnan(value):
        return Estimate(None, None, None, items, confidence, undefined)
    if items < _LEAST_ITEMS:
        return Estimate(value, None, None, items, confidence)
    low, high = _find_interval(statistic, value, confidence, resamples, seed)
    return Estimate(value, low, high, items, confidence)


def _find_interval(
    statistic: Statistic, value: float, confidence: float, resamples: int, seed: int
) -> tuple[float | None, float | None]:
    drawn = _resample(statistic, resamples, np.random.default_rng(seed))
    drawn = np.sort(drawn[~np.isnan(drawn)])
    if len(drawn) < resamples / 2:
        return None, None
    if drawn[0] == drawn[-1]:
        return float(drawn[0]), float(drawn[0])
    bias = _find_bias(drawn, value)
    acceleration = _find_acceleration(statistic)
    tail = (1 - confidence) / 2
    ends = [_shift(_NORMAL.inv_cdf(share), bias, acceleration) for share in (tail, 1 - tail)]
    low, high = np.quantile(drawn, ends)
    return float(low), float(high)


def _resample(statistic: Statistic, resamples: int, random: np.random.Generator) -> Floats:
    """Return the statistic of so many draws of as many items, with replacement."""
    items = int(statistic.counts.sum())
    shares = statistic.counts / items
    step = max(1, _BLOCK // max(1, len(shares)))
    blocks = [
        statistic.compute(
            random.multinomial(items, shares, size=min(step, resamples - at)) @ statistic.features
        )
        for at in range(0, resamples, step)
    ]
    return np.concatenate(blocks)


def _find_bias(drawn: Floats, value: float) -> float:
    """Return how far the draws lie to one side, as a normal quantile; ties count half."""
    below = (drawn < value).sum() + (drawn == value).sum() / 2
    least = 0.5 / len(drawn)
    return _NORMAL.inv_cdf(float(min(max(below / len(drawn), least), 1 - least)))


def _find_acceleration(statistic: Statistic) -> float:
    """Return the acceleration, from leaving out one item at a time."""
    left_out = np.concatenate(list(_leave_out(statistic)))
    known = ~np.isnan(left_out)
    weights = np.where(known, statistic.counts, 0)
    values = np.where(known, left_out, 0.0)
    if not weights.sum():
        return 0.0
    away = np.where(known, (weights @ values) / weights.sum() - values, 0.0)
    spread = float(weights @ away**2)
    return 0.0 if spread < 1e-30 else float(weights @ away**3) / (6 * spread**1.5)


def _leave_out(statistic: Statistic) -> Iterator[Floats]:
    total = statistic.counts @ statistic.features
    step = max(1, _BLOCK // max(1, statistic.features.shape[1]))
    for at in range(0, len(statistic.features), step):
        yield statistic.compute(total - statistic.features[at : at + step])


def _shift(quantile: float, bias: float, acceleration: float) -> float:
    """Return the share of the draws at which an end of the interval lies (Efron and Tibshirani 1993, eq. 14.10)."""
    moved = bias + quantile
    steep = 1 - acceleration * moved
    return _NORMAL.cdf(bias + moved / steep) if steep > 0 else (0.0 if quantile < 0 else 1.0)
