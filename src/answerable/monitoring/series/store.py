"""Reading roll-ups for the charts: each table for the buckets, and for the variants over the whole range.

No row of `trace` is read here. Counts are added up as `float8`, which is exact up to 2^53 and much quicker than the
`numeric` that PostgreSQL makes of the sum of a `bigint`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.monitoring.series.grid import Grid, merge
from answerable.monitoring.series.types import Counts, SeriesFilter
from answerable.monitoring.spend import Spend

TRAFFIC: Final = "serve"
"""The purpose of the runs that users asked for: what the roll-ups of durations and of errors hold."""

Measure = Literal["duration", "first_token"]
Slot = int | tuple[str, str]
"""What a row is of: a bucket, by its number in the grid from 0, or an app's variant over the whole range."""

_PARTS: Final = """
    unnest(%(levels)s::text[], %(starts)s::timestamptz[], %(places)s::integer[], %(signs)s::integer[])
    AS part (level, bucket, place, sign)
"""
_WHERE: Final = """
    (%(app)s::text IS NULL OR app = %(app)s) AND (%(variant)s::text IS NULL OR variant = %(variant)s)
"""
_COUNTS: Final = (
    "requests", "errors", "cancelled", "cached", "abstained", "input_tokens", "cached_input_tokens", "output_tokens",
    "reasoning_tokens", "supported", "partial", "unsupported", "unchecked", "saved_usd", "cost_usd", "unpriced",
)  # fmt: skip
_MONEY: Final = frozenset({"saved_usd", "cost_usd"})
_SUMS: Final = tuple(
    f"sum(sign * {name})" if name in _MONEY else f"sum((sign * {name})::float8)" for name in _COUNTS
)
_COUNT: Final = "sum((sign * count)::float8)"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows of one request."""

    grid: Grid
    filter: SeriesFilter


def list_parts(grid: Grid) -> dict[str, list[Any]]:
    """Return the parameters of `join_parts`."""
    return {
        "levels": [part.level for part in grid.parts],
        "starts": [part.start for part in grid.parts],
        "places": [part.place for part in grid.parts],
        "signs": [part.sign for part in grid.parts],
    }


def join_parts(table: str) -> str:
    """Return what selects the rows of a roll-up that a grid needs, each with its `place` and its `sign`."""
    return f"{_PARTS} JOIN {table} USING (level, bucket)"


async def read_counts(tx: Connection, scope: Scope) -> dict[Slot, Counts]:
    """Return what the runs of users came to; a slot without one is left out."""
    rows = _read(tx, scope, "app_rollup", sums=_SUMS, where="purpose = %(traffic)s")
    return {slot: _to_counts(sums) async for slot, sums in rows}


async def read_spend(tx: Connection, scope: Scope) -> dict[str, Spend]:
    """Return the spend of the range by purpose."""
    cursor = await tx.execute(
        f"SELECT purpose, sum(sign * cost_usd), sum(sign * unpriced) FROM {join_parts('app_rollup')}"
        f" WHERE {_WHERE} GROUP BY purpose HAVING sum(sign * requests) > 0 ORDER BY purpose",
        _list_values(scope, merge(scope.grid)),
    )
    return {purpose: Spend(usd, int(unpriced)) async for purpose, usd, unpriced in cursor}


async def read_errors(tx: Connection, scope: Scope) -> dict[Slot, dict[str, int]]:
    """Return how often each error came, the most frequent first."""
    found: dict[Slot, dict[str, int]] = defaultdict(dict)
    async for slot, (code, times) in _read(tx, scope, "error_rollup", keys=("code",), sums=(_COUNT,)):
        found[slot][code] = int(times)
    return {slot: dict(Counter(errors).most_common()) for slot, errors in found.items()}


async def read_latencies(tx: Connection, scope: Scope) -> dict[tuple[Slot, Measure], dict[int, int]]:
    """Return the histograms of durations: how many runs by bin (see traces.rollups.bins)."""
    found: dict[tuple[Slot, Measure], dict[int, int]] = defaultdict(dict)
    rows = _read(tx, scope, "latency_rollup", keys=("measure", "bin"), sums=(_COUNT,))
    async for slot, (measure, bin, count) in rows:
        found[slot, measure][bin] = int(count)
    return found


async def read_thumbs(tx: Connection, scope: Scope) -> dict[Slot, tuple[int, int]]:
    """Return how many thumbs users put up and down; the score of a thumb is 1 or 0."""
    rows = _read(
        tx,
        scope,
        "score_rollup",
        sums=(_COUNT, "sum(sign * total)"),
        where="name = 'thumb' AND source = 'user'",
    )
    return {slot: (round(up), round(count) - round(up)) async for slot, (count, up) in rows}


async def _read(
    tx: Connection,
    scope: Scope,
    table: str,
    *,
    sums: Sequence[str],
    keys: Sequence[str] = (),
    where: str = "true",
) -> AsyncIterator[tuple[Slot, tuple[Any, ...]]]:
    """Yield keys and sums of each slot; the first sum is a count, and without one there is no row."""
    for slot, grid in (("place", scope.grid), ("app, variant", merge(scope.grid))):
        group = ", ".join((slot, *keys))
        cursor = await tx.execute(
            f"SELECT {group}, {', '.join(sums)} FROM {join_parts(table)} WHERE {_WHERE} AND {where}"
            f" GROUP BY {group} HAVING {sums[0]} > 0",
            _list_values(scope, grid),
        )
        if slot == "place":
            async for place, *rest in cursor:
                yield int(place), tuple(rest)
        else:
            async for app, variant, *rest in cursor:
                yield (app, variant), tuple(rest)


def _list_values(scope: Scope, grid: Grid) -> dict[str, Any]:
    return {
        **list_parts(grid),
        "app": clean(scope.filter.app),
        "variant": clean(scope.filter.variant),
        "traffic": TRAFFIC,
    }


def clean(name: str | None) -> str | None:
    """Return a name to look for as PostgreSQL takes it; one that it does not take finds nothing."""
    return None if name is None else to_storable(name)


def _to_counts(sums: tuple[Any, ...]) -> Counts:
    values: Mapping[str, Any] = dict(zip(_COUNTS, sums, strict=True))
    spend = Spend(Decimal(values["cost_usd"]), int(values["unpriced"]))
    plain = {name: int(value) for name, value in values.items() if name not in _MONEY and name != "unpriced"}
    return Counts(**plain, saved_usd=Decimal(values["saved_usd"]), spend=spend)
