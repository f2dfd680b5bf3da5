"""Which buckets a range is shown in, and which roll-up they are added up from.

| range | buckets | from |
|---|---|---|
| up to 6 hours, as long as minutes are kept | minutes | minutes |
| up to 8 days | hours of UTC | hours |
| up to 92 days | days of the reader's zone | days, and the hours at their ends |
| up to 2 years | days of UTC | days |

A day's edges are its midnights, wherever the clocks stand, so a day may have 23 or 25 hours. In a zone that is half an
hour off UTC's hours, the hour across midnight is counted to the day that it begins in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from answerable.core.errors import InvalidInput
from answerable.monitoring.series.parts import Part, compose, list_steps
from answerable.monitoring.series.types import Level
from answerable.traces.rollups.store import KEPT

_MINUTES_UP_TO: Final = timedelta(hours=6)
_HOURS_UP_TO: Final = timedelta(days=8)
_LOCAL_DAYS_UP_TO: Final = timedelta(days=92)
_LONGEST: Final = timedelta(days=731)
_FIRST_YEAR: Final = 1971
_LAST_YEAR: Final = 2999
_STEPS: Final[dict[Level, timedelta]] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Kept:
    """How long the roll-ups of minutes and of hours are there."""

    minutes: timedelta
    hours: timedelta


ROLLUPS_KEPT: Final = Kept(minutes=KEPT["minute"], hours=KEPT["hour"])


@dataclass(frozen=True, slots=True)
class Grid:
    """Buckets as their edges, in UTC: bucket i is from edges[i] on and before edges[i + 1]; `parts` make them up.

    In UTC, because Python takes two times of the same zone for clock faces when it compares them, and is an hour off
    where the clocks change.
    """

    step: Level
    zone: str
    edges: tuple[datetime, ...]
    parts: tuple[Part, ...]


def choose_grid(since: datetime, until: datetime, *, zone: str, now: datetime, kept: Kept) -> Grid:
    """Return the buckets of a range. Raises InvalidInput for a zone, or a range, that there is not."""
    found, since, until = find_zone(zone), to_utc(since), to_utc(until)
    length, age = _measure(since, until), now - since
    if length <= _MINUTES_UP_TO and age <= kept.minutes:
        return _make_steps(since, until, "minute", zone)
    if length <= _HOURS_UP_TO and age <= kept.hours:
        return _make_steps(since, until, "hour", zone)
    local = length <= _LOCAL_DAYS_UP_TO and age <= kept.hours
    return _make_days(since, until, found, zone) if local else _make_days(since, until, UTC, "UTC")


def choose_days(since: date, until: date, *, zone: str, now: datetime, kept: Kept) -> Grid:
    """Return a bucket for each day of a range. Raises InvalidInput as `choose_grid` does."""
    found = find_zone(zone)
    for day in (since, until):
        check_year(day)
    begin, end = _begin_day(since, found), _begin_day(until, found)
    if _measure(begin, end) <= _LOCAL_DAYS_UP_TO + timedelta(hours=1) and now - begin <= kept.hours:
        return _make_days(begin, end, found, zone)
    return _make_days(_begin_day(since, UTC), _begin_day(until, UTC), UTC, "UTC")


def make_period(since: datetime, until: datetime, level: Level) -> Grid:
    """Return one bucket from the minutes, or the hours, of UTC that begin from `since` on and before `until`."""
    if level != "minute":
        return Grid(level, "UTC", (since, until), compose((since, until)))
    steps = _list_steps(since, until, level)
    parts = tuple(replace(part, place=0) for part in list_steps(steps, level))
    return Grid(level, "UTC", (since, until), parts)


def merge(grid: Grid) -> Grid:
    """Return the same range as one bucket, from fewer rows where it is not of minutes."""
    edges = (grid.edges[0], grid.edges[-1])
    if grid.step == "minute":
        return replace(grid, edges=edges, parts=tuple(replace(part, place=0) for part in grid.parts))
    return Grid(grid.step, grid.zone, edges, compose(edges))


@lru_cache(maxsize=256)
def find_zone(name: str) -> tzinfo:
    """Return the time zone of that IANA name. Raises InvalidInput."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            f"There is no time zone {name!r}.",
            hint="Name one as the IANA does, such as Europe/Berlin or UTC.",
        ) from error


def floor_time(moment: datetime, level: Level) -> datetime:
    """Return when the minute, hour or day of UTC began that the moment is in."""
    utc = moment.astimezone(UTC)
    if level == "day":
        return utc.replace(hour=0, minute=0, second=0, microsecond=0)
    start = utc.replace(second=0, microsecond=0)
    return start if level == "minute" else start.replace(minute=0)


def to_utc(moment: datetime) -> datetime:
    """Return the moment in UTC. Raises InvalidInput for one without a zone, and for one of no time to look at."""
    if moment.tzinfo is None:
        raise InvalidInput(
            "A time without a time zone could be any of many.", hint="End it with Z, or +02:00."
        )
    check_year(moment)
    return moment.astimezone(UTC)


def check_year(day: date) -> None:
    """Raise InvalidInput for a time that no run is of, and with which calendars come to their end."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput(
            f"The year {day.year} is no time to look at.",
            hint=f"Take one from {_FIRST_YEAR} to {_LAST_YEAR}.",
        )


def _measure(since: datetime, until: datetime) -> timedelta:
    length = until - since
    if not timedelta(0) < length <= _LONGEST:
        raise InvalidInput(
            f"From {since.isoformat()} until {until.isoformat()} is no range that can be shown.",
            hint=f"`until` comes after `since`, at most {_LONGEST.days} days.",
        )
    return length


def _make_steps(since: datetime, until: datetime, step: Level, zone: str) -> Grid:
    edges = _list_steps(since, until, step)
    return Grid(step, zone, edges, list_steps(edges, step))


def _make_days(since: datetime, until: datetime, clocks: tzinfo, zone: str) -> Grid:
    day = since.astimezone(clocks).date()
    edges = [_begin_day(day, clocks)]
    while edges[-1] < until:
        day += timedelta(days=1)
        edges.append(_begin_day(day, clocks))
    return Grid("day", zone, tuple(edges), compose(edges))


def _list_steps(since: datetime, until: datetime, step: Level) -> tuple[datetime, ...]:
    edges = [floor_time(since, step)]
    while edges[-1] < until:
        edges.append(edges[-1] + _STEPS[step])
    return tuple(edges)


def _begin_day(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a day. Where the clocks skip midnight it is the moment that they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
