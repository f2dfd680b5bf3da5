"""Kappa: agreement of two annotators (Cohen 1960, weighted 1968), and of several (Fleiss 1971), beyond chance."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from answerable.reviews.agreement.estimate import Statistic
from answerable.reviews.agreement.table import Floats, Table

Weighting = Literal["none", "linear", "quadratic"]

UNDEFINED: Final = (
    "Everybody chose one and the same value, so nothing can be said about agreement beyond chance."
)


def make_cohen(table: Table, *, weighting: Weighting = "none") -> Statistic:
    """Return Cohen's kappa of a table of two raters; `linear` and `quadratic` weigh by how far values are apart.

    Not defined where both gave all items one and the same value.
    """
    pairs = table.select((0, 1))
    values = pairs.values
    cells = np.zeros((len(pairs.counts), values * values))
    cells[np.arange(len(pairs.counts)), pairs.codes[:, 0] * values + pairs.codes[:, 1]] = 1
    cost = _find_cost(values, weighting)

    def compute(sums: Floats) -> Floats:
        confusion = sums.reshape(*sums.shape[:-1], values, values)
        total = confusion.sum(axis=(-2, -1))
        first, second = confusion.sum(axis=-1), confusion.sum(axis=-2)
        seen = (confusion * cost).sum(axis=(-2, -1)) * total
        expected = np.einsum("...i,ij,...j->...", first, cost, second)
        return _one_minus(seen, expected)

    return Statistic(cells, pairs.counts, compute)


def make_fleiss(table: Table) -> Statistic:
    """Return Fleiss' kappa of the items that most raters rated: those with the most ratings an item has.

    It supposes equally many ratings of each item; Krippendorff's alpha takes the others in too. Not defined where all
    ratings are one and the same value.
    """
    chosen = table.count_values()
    ratings = chosen.sum(axis=1)
    most = int(ratings.max(initial=0))
    kept = ratings == most if most > 1 else np.zeros(len(ratings), dtype=bool)
    chosen = chosen[kept]
    agreed = (chosen * (chosen - 1)).sum(axis=1) / max(1, most * (most - 1))
    features = np.column_stack([agreed, np.ones(len(chosen)), chosen])

    def compute(sums: Floats) -> Floats:
        items, votes = sums[..., 1], sums[..., 2:]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = votes / votes.sum(axis=-1, keepdims=True)
            chance = (shares**2).sum(axis=-1)
            return _one_minus(1 - sums[..., 0] / items, 1 - chance)

    return Statistic(features, table.counts[kept], compute)


def _find_cost(values: int, weighting: Weighting) -> Floats:
    places = np.arange(values, dtype=np.float64)
    apart = np.abs(places[:, None] - places[None, :])
    if weighting == "none":
        return (apart > 0).astype(np.float64)
    return apart if weighting == "linear" else apart**2


def _one_minus(seen: Floats, expected: Floats) -> Floats:
    """Return 1 - seen / expected, NaN where no disagreement can be expected."""
    defined = expected > 1e-12
    return np.where(defined, 1 - seen / np.where(defined, expected, 1.0), np.nan)
