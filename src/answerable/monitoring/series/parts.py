"""Which rows of the roll-ups make up buckets, as few of them as possible.

A day somewhere is nearly a day of UTC: that day's row, less the hours at one end that belong to the neighbour, plus
those at the other end. With clocks two hours ahead this reads 3 rows for 24. Sums of integers and of decimals come out
exactly; all levels of a roll-up are written in one transaction and read in one snapshot.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from answerable.monitoring.series.types import Level

_HOUR: Final = timedelta(hours=1)
_NOON: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of the bucket of a roll-up that begins at `start`, counted to (`sign` 1) or off (-1) a place."""

    level: Level
    start: datetime
    place: int
    sign: int = 1


def list_steps(edges: Sequence[datetime], level: Level) -> tuple[Part, ...]:
    """Return the parts of buckets that are each one of the roll-up's."""
    return tuple(Part(level, edge, place) for place, edge in enumerate(edges[:-1]))


def compose(edges: Sequence[datetime]) -> tuple[Part, ...]:
    """Return the parts of buckets of any length, from days and hours; an hour counts where it begins."""
    first = edges[0].astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[Part] = []
    while first < edges[-1]:
        found.extend(_compose_day(first, edges))
        first += _DAY
    return tuple(found)


def _compose_day(day: datetime, edges: Sequence[datetime]) -> Iterator[Part]:
    place = _find_place(day + _NOON, edges)
    if place is not None:
        yield Part("day", day, place)
    for number in range(24):
        hour = day + number * _HOUR
        belongs = _find_place(hour, edges)
        if belongs == place:
            continue
        if place is not None:
            yield Part("hour", hour, place, -1)
        if belongs is not None:
            yield Part("hour", hour, belongs)


def _find_place(moment: datetime, edges: Sequence[datetime]) -> int | None:
    place = bisect_right(edges, moment) - 1
    return place if 0 <= place < len(edges) - 1 else None
