"""What a ranking found of what was to be found, and the usual measures of that.

They equal those of trec_eval with binary relevance (tests hold them against pytrec_eval), and say as well what holds
where one passage brings several pieces of evidence, or several passages the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ranking:
    """`found[i]` are the numbers of the pieces of evidence that the i-th best passage brings, of `total` pieces."""

    found: Sequence[frozenset[int]]
    total: int

    def measure_recall(self, k: int) -> float:
        """Return the share of the pieces that the first `k` passages bring."""
        return len(frozenset().union(*self.found[:k])) / self.total

    def measure_precision(self, k: int) -> float:
        """Return the share of `k` places that bring any piece; places that were not filled bring none."""
        return sum(map(bool, self.found[:k])) / k

    def measure_hit(self, k: int) -> float:
        """Return 1 when any of the first `k` passages brings a piece, else 0."""
        return float(any(self.found[:k]))

    def measure_reciprocal_rank(self) -> float:
        """Return 1 / rank of the first passage that brings a piece, 0 when none does."""
        return next((1.0 / rank for rank, pieces in enumerate(self.found, 1) if pieces), 0.0)

    def measure_ndcg(self, k: int) -> float:
        """Return nDCG (Järvelin and Kekäläinen 2002), each passage with a new piece of gain 1, discount log2(1 + rank).

        The best order has these passages first, and one for each piece that was not found behind them.
        """
        gains = self._list_gains()
        missed = self.total - len(frozenset().union(*self.found))
        ideal = sum(gains) + missed
        best = sum(_discount(rank) for rank in range(1, min(ideal, k) + 1))
        return sum(_discount(rank) for rank, gain in enumerate(gains[:k], 1) if gain) / best

    def _list_gains(self) -> list[bool]:
        """Return of each passage whether it brings a piece that none before it brought."""
        seen: set[int] = set()
        gains = []
        for pieces in self.found:
            gains.append(not pieces <= seen)
            seen |= pieces
        return gains


def _discount(rank: int) -> float:
    return 1.0 / math.log2(1 + rank)
