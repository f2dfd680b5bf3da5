"""What alerts can watch. A new measure is a function here and a line in `MEASURES`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from answerable.db.database import Connection
from answerable.monitoring.alerts import store
from answerable.monitoring.alerts.types import Reading
from answerable.monitoring.series import store as series
from answerable.monitoring.series.grid import make_period
from answerable.monitoring.series.types import Counts, Level, SeriesFilter
from answerable.traces.rollups.bins import quantile

SCORE: Final = "score:"
"""Begins the name of a measure that is the mean of the scores called so: `score:supported_share`."""


@dataclass(frozen=True, slots=True)
class Period:
    """The buckets of a level from `since` on and before `until`."""

    level: Level
    since: datetime
    until: datetime

    def scope(self, filter: SeriesFilter) -> series.Scope:
        return series.Scope(make_period(self.since, self.until, self.level), filter)


Read = Callable[[Connection, Period, SeriesFilter], Awaitable[Reading]]


@dataclass(frozen=True, slots=True)
class Measure:
    """`grows`: it is a sum, which is the larger the longer the period."""

    read: Read
    unit: str
    grows: bool = False


def find_measure(name: str) -> Measure | None:
    """Return the measure of that name, None when there is none."""
    if name.startswith(SCORE) and len(name) > len(SCORE):
        return Measure(_score(name.removeprefix(SCORE)), "")
    return MEASURES.get(name)


def _share(part: Callable[[Counts], int], whole: Callable[[Counts], int]) -> Read:
    async def read(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
        counts = await _count(tx, period, filter)
        size = whole(counts)
        return Reading(part(counts) / size if size else None, size)

    return read


def _percentile(measure: series.Measure, share: float) -> Read:
    async def read(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
        found = await series.read_latencies(tx, period.scope(filter))
        histogram = found.get((0, measure), {})
        return Reading(quantile(histogram, share), sum(histogram.values()))

    return read


def _score(name: str) -> Read:
    async def read(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
        count, total = await store.sum_scores(
            tx, name, level=period.level, since=period.since, until=period.until, filter=filter
        )
        return Reading(total / count if count else None, count)

    return read


async def _count(tx: Connection, period: Period, filter: SeriesFilter) -> Counts:
    return (await series.read_counts(tx, period.scope(filter))).get(0, Counts())


async def _read_requests(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
    requests = (await _count(tx, period, filter)).requests
    return Reading(float(requests), requests)


async def _read_cost(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
    """Return the known cost of all runs, also of evaluation and judges."""
    spend = await series.read_spend(tx, period.scope(filter))
    requests = (await _count(tx, period, filter)).requests
    return Reading(float(sum(one.known_usd for one in spend.values())), requests)


async def _read_thumbs(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
    up, down = (await series.read_thumbs(tx, period.scope(filter))).get(0, (0, 0))
    return Reading(down / (up + down) if up + down else None, up + down)


async def _read_dropped(tx: Connection, period: Period, filter: SeriesFilter) -> Reading:
    del filter
    lost = await store.sum_lost_traces(tx, since=period.since, until=period.until)
    return Reading(float(lost), lost)


def _answers(counts: Counts) -> int:
    return counts.requests - counts.errors - counts.cancelled


MEASURES: Final[Mapping[str, Measure]] = {
    "error_rate": Measure(
        _share(lambda counts: counts.errors, lambda counts: counts.requests), "of requests"
    ),
    "p95_ms": Measure(_percentile("duration", 0.95), "ms"),
    "first_token_p95_ms": Measure(_percentile("first_token", 0.95), "ms"),
    "cost_usd": Measure(_read_cost, "US$", grows=True),
    "requests": Measure(_read_requests, "requests", grows=True),
    "abstention_rate": Measure(_share(lambda counts: counts.abstained, _answers), "of answers"),
    "unsupported_rate": Measure(
        _share(lambda counts: counts.unsupported, lambda counts: counts.sentences), "of checked sentences"
    ),
    "thumbs_down_rate": Measure(_read_thumbs, "of thumbs"),
    "cache_hit_rate": Measure(_share(lambda counts: counts.cached, _answers), "of answers"),
    "dropped_traces": Measure(_read_dropped, "traces", grows=True),
}
