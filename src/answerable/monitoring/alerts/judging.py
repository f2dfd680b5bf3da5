"""From a reading to how an alert stands: pure rules, no clock and no I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from answerable.monitoring.alerts.types import Alert, Reading, Standing, State


def advance(
    alert: Alert, standing: Standing, reading: Reading, *, baseline: Reading | None, now: datetime
) -> Standing:
    """Return how the alert stands after one more evaluation.

    With too little to judge by, in the window or in the hour last week, a firing alert goes on firing, and one that was
    about to fire is no longer.
    """
    factor = _find_factor(alert, baseline)
    seen = replace(
        standing,
        evaluated_at=now,
        value=reading.value,
        threshold=None if factor is None else alert.limit * factor,
        size=reading.size,
    )
    if factor is None or reading.value is None or reading.size < alert.least:
        return _move(seen, "ok", now) if standing.state == "pending" else replace(seen, good=0)
    if standing.state == "firing":
        return _recover(alert, seen, reading.value, factor, now)
    if not _is_past(alert, reading.value, alert.limit * factor):
        return _move(seen, "ok", now)
    began = standing.since if standing.state == "pending" else now
    return _move(seen, "firing" if now - began >= alert.lasts else "pending", now)


def find_news(alert: Alert, standing: Standing, *, now: datetime) -> Literal["ok", "firing"] | None:
    """Return the state that people have yet to be told, None when they know or are not to be disturbed.

    What began and ended while it was silent is never told; what still fires afterwards is.
    """
    if standing.state in ("pending", standing.told) or is_silent(alert, standing, now=now):
        return None
    return "firing" if standing.state == "firing" else "ok"


def is_silent(alert: Alert, standing: Standing | None, *, now: datetime) -> bool:
    """Tell whether nobody is told of this alert for now."""
    until = None if standing is None else standing.silenced_until
    return alert.silenced or (until is not None and now < until)


def _find_factor(alert: Alert, baseline: Reading | None) -> float | None:
    """Return what the limits are multiplied with, None when last week says nothing."""
    if alert.against == "value":
        return 1.0
    if baseline is None or not baseline.value or baseline.size < alert.least:
        return None
    return baseline.value


def _is_past(alert: Alert, value: float, limit: float) -> bool:
    return value > limit if alert.direction == "above" else value < limit


def _recover(alert: Alert, standing: Standing, value: float, factor: float, now: datetime) -> Standing:
    limit = alert.limit if alert.recover is None else alert.recover
    if _is_past(alert, value, limit * factor):
        return replace(standing, good=0)
    good = standing.good + 1
    return _move(standing, "ok", now) if good >= alert.recover_after else replace(standing, good=good)


def _move(standing: Standing, state: State, now: datetime) -> Standing:
    """Return it in a state; when it was in another before, since now."""
    return standing if standing.state == state else replace(standing, state=state, since=now, good=0)
