"""Going back in time step by step.

A statement over all partitions costs 60 ms of planning at 500 of them, and takes a lock on each of their indexes: three
such statements at once fill the lock table of a PostgreSQL with the usual settings, and fail. So a search looks at
little at first, which is enough for most, then at more, and never at more than `MOST` partitions in one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOST: Final = 32
_FIRST: Final = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=36))
_THEN: Final = (timedelta(days=4), timedelta(days=12))


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of time; `since` belongs to it, `until` does not. None is without a bound.

    `far` says that all nearer ones had too little of what is looked for, so that it must be rare.
    """

    since: datetime | None
    until: datetime | None
    far: bool = False


def slice_newest_first(
    partitions: Sequence[datetime],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Slice]:
    """Cover the time from `until` back to `since` without a gap.

    `partitions` are the beginnings of the partitions, newest first. They say how far a step may go, not what there is:
    what is outside of all of them is covered too.
    """
    upper, low = until, min(now, until) if until else now
    far_off = _back(low, _FIRST[-1])
    for bound in _list_bounds(partitions, low):
        if since is not None and bound <= since:
            break
        yield Slice(bound, upper, far=bound < far_off)
        upper = bound
    if upper is None or since is None or since < upper:
        yield Slice(since, upper, far=upper is not None and upper <= far_off)


def _list_bounds(partitions: Sequence[datetime], low: datetime) -> Iterator[datetime]:
    """Yield where each step but the last begins."""
    bound = low
    for width in (*_FIRST, *_THEN):
        if sum(_back(low, width) < begin < bound for begin in partitions) > MOST:
            break
        bound = _back(low, width)
        yield bound
    older = [begin for begin in partitions if begin < bound]
    yield from older[MOST - 1 :: MOST]


def _back(moment: datetime, width: timedelta) -> datetime:
    floor = datetime.min.replace(tzinfo=moment.tzinfo)
    return moment - width if moment - floor > width else floor
