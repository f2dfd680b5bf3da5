"""Buckets of a range: which ones, and where the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from answerable.core.errors import InvalidInput
from answerable.monitoring.series.grid import Grid, Kept, choose_days, choose_grid

_KEPT = Kept(minutes=timedelta(days=3), hours=timedelta(days=400))


def _choose(since: datetime, until: datetime, zone: str = "UTC", now: datetime | None = None) -> Grid:
    return choose_grid(since, until, zone=zone, now=now or until, kept=_KEPT)


def _hours(grid: Grid) -> list[float]:
    return [
        (after - before) / timedelta(hours=1)
        for before, after in zip(grid.edges, grid.edges[1:], strict=False)
    ]


@pytest.mark.parametrize(
    ("length", "level", "step", "buckets"),
    [
        (timedelta(hours=1), "minute", "minute", 60),
        (timedelta(hours=6), "minute", "minute", 360),
        (timedelta(days=1), "hour", "hour", 24),
        (timedelta(days=7), "hour", "hour", 168),
        (timedelta(days=30), "day", "day", 30),
        (timedelta(days=92), "day", "day", 92),
        (timedelta(days=365), "day", "day", 365),
    ],
)
def test_a_longer_range_has_longer_buckets(length: timedelta, level: str, step: str, buckets: int) -> None:
    until = datetime(2026, 11, 1, tzinfo=UTC)
    grid = _choose(until - length, until)
    assert {part.level for part in grid.parts} == {level}
    assert (grid.step, len(grid.edges) - 1) == (step, buckets)


def test_the_first_bucket_holds_the_beginning_and_the_last_the_end() -> None:
    since, until = datetime(2026, 3, 1, 10, 12, 30, tzinfo=UTC), datetime(2026, 3, 1, 11, 12, 30, tzinfo=UTC)
    grid = _choose(since, until)
    assert grid.edges[0] == datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
    assert grid.edges[-2] < until <= grid.edges[-1]


def test_an_hour_of_long_ago_is_shown_in_hours_since_its_minutes_are_gone() -> None:
    since = datetime(2026, 3, 1, 10, tzinfo=UTC)
    grid = _choose(since, since + timedelta(hours=2), now=since + timedelta(days=20))
    assert (grid.step, len(grid.edges) - 1) == ("hour", 2)


def test_days_are_those_of_the_reader() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    grid = _choose(datetime(2026, 5, 1, tzinfo=berlin), datetime(2026, 5, 31, tzinfo=berlin), "Europe/Berlin")
    assert grid.edges[0] == datetime(2026, 4, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "month", "length"),
    [("Europe/Berlin", 3, 23), ("Europe/Berlin", 10, 25), ("America/New_York", 3, 23)],
)
def test_the_day_on_which_the_clocks_change_has_another_length(zone: str, month: int, length: int) -> None:
    since = datetime(2026, month, 1, tzinfo=ZoneInfo(zone))
    hours = _hours(_choose(since, since + timedelta(days=31), zone))
    assert hours.count(length) == 1
    assert hours.count(24) == len(hours) - 1


@pytest.mark.parametrize(("zone", "month", "length"), [("Europe/Berlin", 3, 23), ("Europe/Berlin", 10, 25)])
def test_hours_stay_hours_when_the_clocks_change(zone: str, month: int, length: int) -> None:
    day = datetime(2026, month, 29 if month == 3 else 25, tzinfo=ZoneInfo(zone))
    end = datetime(day.year, day.month, day.day + 1, tzinfo=ZoneInfo(zone))
    grid = _choose(day, end, zone)
    assert _hours(grid) == [1.0] * length


def test_a_day_whose_midnight_is_skipped_begins_when_the_clocks_go_on() -> None:
    zone = ZoneInfo("Africa/Cairo")  # 2026-04-24 00:00 does not exist there
    grid = _choose(datetime(2026, 4, 20, tzinfo=zone), datetime(2026, 4, 30, tzinfo=zone), "Africa/Cairo")
    assert "2026-04-24T01:00:00+03:00" in [edge.astimezone(zone).isoformat() for edge in grid.edges]
    assert sorted(set(_hours(grid))) == [23.0, 24.0]


def test_a_zone_of_half_hours_has_its_own_midnights() -> None:
    grid = _choose(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 20, tzinfo=UTC), "Asia/Kolkata")
    assert {f"{edge:%H:%M}" for edge in grid.edges} == {"18:30"}


def test_a_year_is_shown_in_days_of_utc_and_says_so() -> None:
    grid = _choose(datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), "Asia/Tokyo")
    assert grid.zone == "UTC"
    assert len(grid.edges) == 366


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "../etc/passwd", "", "/etc/localtime", "a\x00b", "x" * 5000]
)
def test_a_zone_that_there_is_not_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        _choose(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC), zone)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=-1), timedelta(days=732)])
def test_a_range_that_is_none_is_refused(length: timedelta) -> None:
    since = datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="range"):
        _choose(since, since + length)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="zone"):
        _choose(datetime(2026, 6, 1), datetime(2026, 6, 2, tzinfo=UTC))


@pytest.mark.parametrize("year", [1, 1970, 3000, 9999])
def test_a_time_at_the_end_of_the_calendar_is_refused(year: int) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="year"):
        _choose(moment, datetime(2026, 6, 2, tzinfo=UTC), now=datetime(2026, 6, 1, tzinfo=UTC))
    with pytest.raises(InvalidInput, match="year"):
        choose_days(
            moment.date(), moment.date(), zone="UTC", now=datetime(2026, 6, 1, tzinfo=UTC), kept=_KEPT
        )
