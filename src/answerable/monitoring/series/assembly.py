"""Putting the rows of the roll-ups together to a series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from answerable.monitoring.series import latency
from answerable.monitoring.series.grid import Grid, find_zone
from answerable.monitoring.series.store import Measure, Slot
from answerable.monitoring.series.types import Bucket, Counts, Figures, VariantFigures
from answerable.monitoring.spend import Spend

_NONE: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read of a range. A slot that has nothing is missing."""

    counts: Mapping[Slot, Counts]
    errors: Mapping[Slot, Mapping[str, int]]
    latencies: Mapping[tuple[Slot, Measure], Mapping[int, int]]
    thumbs: Mapping[Slot, tuple[int, int]]
    spend: Mapping[str, Spend]


def build_buckets(grid: Grid, rows: Rows) -> tuple[Bucket, ...]:
    """Return every bucket of the grid, also those in which nothing was asked."""
    zone = find_zone(grid.zone)
    edges = [edge.astimezone(zone) for edge in grid.edges]
    pairs = zip(edges, edges[1:], strict=False)
    return tuple(Bucket(start, end, _describe(place, rows)) for place, (start, end) in enumerate(pairs))


def build_variants(rows: Rows) -> tuple[VariantFigures, ...]:
    """Return what each variant came to, the most asked first."""
    slots = {slot for slot in (*rows.counts, *rows.thumbs) if isinstance(slot, tuple)}
    found = [VariantFigures(*slot, figures=_describe(slot, rows)) for slot in slots]
    return tuple(sorted(found, key=lambda one: (-one.figures.counts.requests, one.app, one.variant)))


def build_total(rows: Rows, buckets: Iterable[Bucket]) -> Figures:
    """Return what the whole range came to."""
    places = [slot for slot in {slot for slot, _ in rows.latencies} if isinstance(slot, int)]
    return Figures(
        counts=reduce(add, (bucket.figures.counts for bucket in buckets), Counts()),
        errors=_sum_errors(rows),
        duration=latency.describe(latency.add_up(_pick(rows, places, "duration"))),
        first_token=latency.describe(latency.add_up(_pick(rows, places, "first_token"))),
    )


def _describe(slot: Slot, rows: Rows) -> Figures:
    up, down = rows.thumbs.get(slot, (0, 0))
    return Figures(
        counts=replace(rows.counts.get(slot, Counts()), thumbs_up=up, thumbs_down=down),
        errors=rows.errors.get(slot, _NONE),
        duration=latency.describe(rows.latencies.get((slot, "duration"), {})),
        first_token=latency.describe(rows.latencies.get((slot, "first_token"), {})),
    )


def _pick(rows: Rows, places: Iterable[int], measure: Measure) -> list[Mapping[int, int]]:
    return [rows.latencies.get((place, measure), {}) for place in places]


def _sum_errors(rows: Rows) -> dict[str, int]:
    total: Counter[str] = Counter()
    for slot, errors in rows.errors.items():
        if isinstance(slot, int):
            total.update(errors)
    return dict(total.most_common())
