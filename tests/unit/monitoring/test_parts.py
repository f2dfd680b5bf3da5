"""Buckets from days and hours hold exactly the hours that begin in them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from answerable.monitoring.series.grid import Grid, Kept, choose_days
from answerable.monitoring.series.parts import compose

_HOUR = timedelta(hours=1)
_ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Kiritimati",
    "Pacific/Niue", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe",
)  # fmt: skip


def _list_hours(edges: tuple[datetime, ...]) -> Counter[tuple[int, datetime]]:
    """Return the hours of each bucket, counted as the parts have them."""
    hours: Counter[tuple[int, datetime]] = Counter()
    for part in compose(edges):
        for number in range(24 if part.level == "day" else 1):
            hours[part.place, part.start + number * _HOUR] += part.sign
    return Counter({key: count for key, count in hours.items() if count})


def _expect_hours(edges: tuple[datetime, ...]) -> Counter[tuple[int, datetime]]:
    hours: Counter[tuple[int, datetime]] = Counter()
    for place, (start, end) in enumerate(zip(edges, edges[1:], strict=False)):
        hour = start.replace(minute=0) + (_HOUR if start.minute else timedelta(0))
        while hour < end:
            hours[place, hour] += 1
            hour += _HOUR
    return hours


def _choose(zone: str, days: int = 60) -> Grid:
    kept = Kept(minutes=timedelta(days=3), hours=timedelta(days=400))
    since = datetime(2026, 3, 1, tzinfo=UTC)
    until = since + timedelta(days=days)
    return choose_days(since.date(), until.date(), zone=zone, now=until, kept=kept)


@pytest.mark.parametrize("zone", _ZONES)
def test_a_day_has_its_own_hours_and_no_others(zone: str) -> None:
    edges = _choose(zone).edges
    assert _list_hours(edges) == _expect_hours(edges)


@pytest.mark.parametrize(
    ("hours", "length"), [((3, 20), 0), ((20, 20), 1), ((5, 4), 1), ((0, 0), 3), ((13, 11), 2), ((11, 13), 9)]
)
def test_a_range_of_any_hours_is_made_up(hours: tuple[int, int], length: int) -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    edges = (day + hours[0] * _HOUR, day + timedelta(days=length, hours=hours[1]))
    assert _list_hours(edges) == _expect_hours(edges)


def test_few_rows_are_read() -> None:
    assert len(_choose("UTC").parts) == 60
    berlin = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()
    assert berlin is not None
    assert len(_choose("Europe/Berlin").parts) < 60 * 6  # not 60 * 24
