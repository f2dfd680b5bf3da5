"""Krippendorff's alpha: any number of annotators, missing ratings, and values with or without an order.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section E.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from answerable.reviews.agreement.estimate import Statistic
from answerable.reviews.agreement.table import Floats, Table

Level = Literal["nominal", "ordinal", "interval"]

UNDEFINED: Final = "No two annotators rated the same item, or all of them chose one and the same value."


def make_alpha(table: Table, *, level: Level = "nominal", numbers: Sequence[float] = ()) -> Statistic:
    """Return alpha; `numbers` are the values' sizes at the level `interval`, else the values stand in their order.

    Items with one rating count for nothing. Not defined where all ratings that can be paired are the same value.
    """
    chosen = table.count_values()
    paired = chosen.sum(axis=1) > 1
    chosen = chosen[paired].astype(np.float64)
    features = _count_coincidences(chosen).reshape(len(chosen), table.values**2)
    values, sizes = table.values, np.array(numbers or range(table.values), dtype=np.float64)

    def compute(sums: Floats) -> Floats:
        coincidences = sums.reshape(*sums.shape[:-1], values, values)
        ratings = coincidences.sum(axis=-1)
        apart = _find_distances(ratings, level, sizes)
        pairs = ratings[..., :, None] * ratings[..., None, :]
        seen = (coincidences * apart).sum(axis=(-2, -1))
        expected = (pairs * apart).sum(axis=(-2, -1))
        defined = expected > 1e-12
        total = ratings.sum(axis=-1)
        return np.where(defined, 1 - (total - 1) * seen / np.where(defined, expected, 1.0), np.nan)

    return Statistic(features, table.counts[paired], compute)


def _count_coincidences(chosen: Floats) -> Floats:
    """Return the pairs of values within each item, shape (rows, values, values); a value is no pair with itself."""
    pairs = chosen[:, :, None] * chosen[:, None, :]
    places = np.arange(chosen.shape[1])
    pairs[:, places, places] -= chosen
    weights: Floats = pairs / (chosen.sum(axis=1) - 1)[:, None, None]
    return weights


def _find_distances(ratings: Floats, level: Level, sizes: Floats) -> Floats:
    """Return the squared distances between values; an ordinal one counts the ratings that lie between."""
    if level == "interval":
        return np.asarray((sizes[:, None] - sizes[None, :]) ** 2)
    if level == "nominal":
        return 1.0 - np.eye(len(sizes))
    middles = np.cumsum(ratings, axis=-1) - ratings / 2
    return np.asarray((middles[..., :, None] - middles[..., None, :]) ** 2)
