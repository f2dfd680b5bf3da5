"""How an alert stands after each evaluation: fires once, does not flap, recovers, keeps silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from answerable.monitoring.alerts.judging import advance, find_news
from answerable.monitoring.alerts.types import Alert, Reading, Standing

_START = datetime(2026, 6, 1, tzinfo=UTC)
_STEP = timedelta(seconds=15)
_ALERT = Alert("errors", "error_rate", 0.1, "above", ("ops",), recover=0.05, recover_after=2, least=10)


def _run(
    alert: Alert, values: list[float | None], *, size: int = 100, baseline: Reading | None = None
) -> list[str]:
    """Return the states after each evaluation, with a `!` where people are told."""
    standing = Standing("ok", since=_START, evaluated_at=_START)
    shown = []
    for number, value in enumerate(values, 1):
        now = _START + number * _STEP
        reading = Reading(value, 0 if value is None else size)
        standing = advance(alert, standing, reading, baseline=baseline, now=now)
        news = find_news(alert, standing, now=now)
        if news is not None:
            standing = replace(standing, told=news)
        shown.append(standing.state + ("!" if news else ""))
    return shown


def test_it_fires_once_and_tells_once() -> None:
    assert _run(_ALERT, [0.0, 0.2, 0.3, 0.2]) == ["ok", "firing!", "firing", "firing"]


def test_around_the_limit_it_does_not_flap() -> None:
    assert _run(_ALERT, [0.11, 0.09, 0.11, 0.09, 0.11, 0.08]) == ["firing!"] + ["firing"] * 5


def test_it_recovers_after_so_many_good_evaluations_in_a_row() -> None:
    states = _run(_ALERT, [0.2, 0.04, 0.2, 0.05, 0.04, 0.04, 0.2])
    assert states == ["firing!", "firing", "firing", "firing", "ok!", "ok", "firing!"]


def test_without_a_limit_of_its_own_it_recovers_at_the_one_it_fires_over() -> None:
    assert _run(replace(_ALERT, recover=None), [0.2, 0.1, 0.1]) == ["firing!", "firing", "ok!"]


def test_it_waits_for_as_long_as_it_is_told_to() -> None:
    alert = replace(_ALERT, lasts=2 * _STEP)
    assert _run(alert, [0.2, 0.2, 0.0, 0.2, 0.2, 0.2]) == [
        "pending", "pending", "ok", "pending", "pending", "firing!"
    ]  # fmt: skip


def test_over_too_few_requests_nothing_is_concluded() -> None:
    assert _run(_ALERT, [0.9, 0.9], size=9) == ["ok", "ok"]
    assert _run(_ALERT, [0.9, None, None, None]) == ["firing!", "firing", "firing", "firing"]
    assert _run(replace(_ALERT, lasts=2 * _STEP), [0.9, None]) == ["pending", "ok"]


def test_below_works_the_other_way_round() -> None:
    alert = replace(_ALERT, direction="below", limit=0.5, recover=0.6, recover_after=1)
    assert _run(alert, [0.5, 0.4, 0.55, 0.6]) == ["ok", "firing!", "firing", "ok!"]


def test_a_change_is_measured_against_last_week() -> None:
    alert = replace(_ALERT, against="last_week", limit=2.0, recover=1.5, recover_after=1)
    assert _run(alert, [0.1, 0.21, 0.16, 0.15], baseline=Reading(0.1, 100)) == [
        "ok",
        "firing!",
        "firing",
        "ok!",
    ]


def test_a_week_ago_without_requests_says_nothing() -> None:
    alert = replace(_ALERT, against="last_week", limit=2.0, recover=None)
    for baseline in (None, Reading(None, 0), Reading(0.0, 100), Reading(0.1, 9)):
        assert _run(alert, [0.9, 0.9], baseline=baseline) == ["ok", "ok"]


def test_what_begins_and_ends_in_silence_is_never_told_and_what_lasts_is_told_afterwards() -> None:
    until = _START + 3.5 * _STEP
    silent = Standing("ok", since=_START, evaluated_at=_START, silenced_until=until)
    told = []
    for number, value in enumerate([0.2, 0.0, 0.0, 0.2, 0.2], 1):
        now = _START + number * _STEP
        silent = advance(_ALERT, silent, Reading(value, 100), baseline=None, now=now)
        news = find_news(_ALERT, silent, now=now)
        silent = replace(silent, told=news or silent.told)
        told.append(news)
    assert told == [None, None, None, "firing", None]
    assert find_news(replace(_ALERT, silenced=True), replace(silent, told="ok"), now=now) is None
