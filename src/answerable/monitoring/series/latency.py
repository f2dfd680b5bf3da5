"""From histograms of durations to percentiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from answerable.monitoring.series.types import Latency
from answerable.traces.rollups.bins import quantile

_NOTHING = Latency()


def describe(histogram: Mapping[int, int]) -> Latency:
    """Return the percentiles of a histogram (how many by bin), in milliseconds."""
    if not histogram:
        return _NOTHING
    p50, p95, p99 = (quantile(histogram, share) for share in (0.5, 0.95, 0.99))
    return Latency(sum(histogram.values()), p50, p95, p99)


def add_up(histograms: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Return one histogram of all."""
    total: Counter[int] = Counter()
    for histogram in histograms:
        total.update(histogram)
    return dict(total)
