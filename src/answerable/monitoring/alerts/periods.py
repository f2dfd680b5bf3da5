"""Which buckets of the roll-ups an alert looks at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from answerable.monitoring.alerts.measures import Period
from answerable.monitoring.series.grid import floor_time
from answerable.monitoring.series.types import Level

_MINUTES_UP_TO: Final = timedelta(hours=6)
_WEEK: Final = timedelta(days=7)
_HOUR: Final = timedelta(hours=1)


def choose_period(window: timedelta, now: datetime) -> Period:
    """Return the last whole minutes (hours, for windows over 6 hours) and the one that is under way."""
    level: Level = "minute" if window <= _MINUTES_UP_TO else "hour"
    step = timedelta(minutes=1) if level == "minute" else _HOUR
    current = floor_time(now, level)
    return Period(level, current - window, current + step)


def choose_baseline(window: timedelta, now: datetime) -> tuple[Period, float]:
    """Return the same hour of last week, or as many as the window has, and which part of it a window is.

    Last week is 168 hours ago. Where the clocks have changed since, that is another hour of the day there.
    """
    hours = max(1, -(-window // _HOUR))
    until = floor_time(now - _WEEK, "hour") + _HOUR
    return Period("hour", until - hours * _HOUR, until), window / (hours * _HOUR)
