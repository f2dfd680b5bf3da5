"""Going back in time: no gap, no overlap, never too many partitions at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from answerable.traces.reading.slices import MOST, slice_newest_first

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
OFFSETS = st.none() | st.integers(-500, 500)


def days_back(count: int, keeps: int = 1) -> list[datetime]:
    midnight = NOW.replace(hour=0, minute=0)
    return [midnight - timedelta(days=age) for age in range(-2, count) for _ in range(keeps)]


def test_little_is_looked_at_first() -> None:
    slices = list(slice_newest_first(days_back(90), now=NOW))
    assert [part.since and NOW - part.since for part in slices[:3]] == [
        timedelta(hours=1), timedelta(hours=6), timedelta(hours=36),
    ]  # fmt: skip
    assert slices[0].until is None  # the clock of another process may be ahead
    assert slices[-1].since is None
    assert [part.far for part in slices] == [False] * 3 + [True] * (len(slices) - 3)


def test_only_what_is_behind_all_of_the_near_is_far() -> None:
    until, since = NOW - timedelta(days=60), NOW - timedelta(days=60, hours=20)
    assert not any(part.far for part in slice_newest_first(days_back(90), now=NOW, since=since, until=until))


@given(st.integers(0, 400), st.integers(1, 5), OFFSETS, OFFSETS)
def test_all_of_the_time_is_covered_once(
    count: int, keeps: int, since: int | None, until: int | None
) -> None:
    low = None if since is None else NOW + timedelta(hours=since * 7)
    high = None if until is None else NOW + timedelta(hours=until * 7)
    slices = list(slice_newest_first(days_back(count, keeps), now=NOW, since=low, until=high))
    if low is not None and high is not None and low >= high:
        assert slices == []
        return
    if low is not None and high is None and low > NOW:
        assert [(part.since, part.until) for part in slices] == [(low, None)]
        return
    assert slices[0].until == high
    assert slices[-1].since == low
    for newer, older in zip(slices, slices[1:], strict=False):
        assert newer.since == older.until
        assert newer.since is not None


@given(st.integers(0, 400), st.integers(1, 5))
def test_no_step_touches_too_many_partitions(count: int, keeps: int) -> None:
    begins = days_back(count, keeps)
    for part in slice_newest_first(begins, now=NOW):
        touched = [
            begin
            for begin in begins
            if (part.until is None or begin < part.until)
            and (part.since is None or begin + timedelta(days=1) > part.since)
        ]
        assert len(touched) <= MOST + 2 * keeps + 2
