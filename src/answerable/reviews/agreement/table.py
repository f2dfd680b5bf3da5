"""Ratings as a table of codes: one row for each different way in which items were rated, with how often it came."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ratings = Mapping[str, Mapping[str, Hashable]]
"""What each annotator said, by item and annotator."""

MISSING: Final = -1

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """`codes` has shape (rows, raters) and holds places in a list of `values` categories, or MISSING.

    `counts`, shape (rows,), says how many items were rated in just this way.
    """

    codes: Codes
    counts: Codes
    values: int

    @property
    def items(self) -> int:
        return int(self.counts.sum())

    def select(self, raters: Sequence[int]) -> Table:
        """Return what these raters said, for the items that all of them rated."""
        codes = self.codes[:, list(raters)]
        whole = (codes != MISSING).all(axis=1)
        return Table(codes[whole], self.counts[whole], self.values)

    def count_values(self) -> Codes:
        """Return how many raters chose each value: shape (rows, values)."""
        return np.stack([(self.codes == value).sum(axis=1) for value in range(self.values)], axis=1)


def make_table(ratings: Ratings, raters: Sequence[str], categories: Sequence[Hashable]) -> Table:
    """Return the table of these raters. A value that is no category counts as missing."""
    places = {category: place for place, category in enumerate(categories)}
    rows = [
        [places.get(given[rater], MISSING) if rater in given else MISSING for rater in raters]
        for given in ratings.values()
    ]
    return pack(np.array(rows, dtype=np.int64).reshape(len(rows), len(raters)), len(categories))


def pack(codes: Codes, values: int) -> Table:
    """Return the table of a plain array of codes, shape (items, raters)."""
    if not len(codes) or not codes.shape[1]:
        return Table(np.zeros((0, codes.shape[1]), dtype=np.int64), np.zeros(0, dtype=np.int64), values)
    unique, counts = np.unique(codes, axis=0, return_counts=True)
    return Table(unique, counts.astype(np.int64), values)


def list_raters(ratings: Ratings) -> list[str]:
    """Return everybody who rated anything, by name."""
    found: set[str] = set()
    for given in ratings.values():
        found.update(given)
    return sorted(found)


def order_categories(values: Iterable[Hashable]) -> list[Hashable]:
    """Return the different values in an order of their own kind: numbers by size, the rest by how they are written."""
    return sorted(set(values), key=lambda value: (not isinstance(value, int | float), _sortable(value)))


def _sortable(value: Hashable) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, repr(value))
