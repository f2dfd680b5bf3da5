"""Durations counted in logarithmic bins: quantiles of any range by adding up counts, with a bounded relative error.

The scheme of DDSketch (Masson, Rim and Lee, PVLDB 12(12), 2019): bin `i` holds the values in `(GAMMA**(i-1), GAMMA**i]`
and stands for the point of them that no value of it differs from by more than `ERROR` of that value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

ERROR: Final = 0.05
GAMMA: Final = (1 + ERROR) / (1 - ERROR)
_LOG_GAMMA: Final = math.log(GAMMA)

SHORTEST_MS: Final = 0.001
"""What is shorter counts as this, one microsecond: bins are of positive values."""


def to_bin(ms: float) -> int:
    """Return the bin of a duration in milliseconds."""
    return math.ceil(math.log(max(ms, SHORTEST_MS)) / _LOG_GAMMA)


def to_ms(bin: int) -> float:
    """Return the milliseconds that a bin stands for, within `ERROR` of every value in it."""
    return float(2 * GAMMA**bin / (GAMMA + 1))


def quantile(counts: Mapping[int, int], q: float) -> float | None:
    """Return the `q` quantile (0..1) in milliseconds of what was counted in the bins, None of nothing.

    It is the smallest bin with at least a share of `q` at or below it, as the nearest-rank definition has it.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    rank, seen = max(1, math.ceil(q * total)), 0
    for bin in sorted(counts):
        seen += counts[bin]
        if seen >= rank:
            return to_ms(bin)
    raise AssertionError("the counts add up to their total")
