"""Notices in words and in values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from answerable.core.ids import new_id
from answerable.monitoring.alerts.measures import find_measure
from answerable.monitoring.alerts.types import Alert, Notice, Standing


def write_notice(
    alert: Alert, standing: Standing, state: Literal["firing", "ok", "test"], *, at: datetime
) -> Notice:
    """Return what people are told of an alert that fires, has recovered, or is tried out."""
    details: dict[str, Any] = {
        "app": alert.filter.app,
        "variant": alert.filter.variant,
        "measure": alert.measure,
        "value": standing.value,
        "threshold": standing.threshold,
        "direction": alert.direction,
        "against": alert.against,
        "window_seconds": int(alert.window.total_seconds()),
        "size": standing.size,
        "since": standing.since.isoformat(),
    }
    return Notice(str(new_id()), alert.name, state, _write_text(alert, standing, state), at, details)


def describe_rule(alert: Alert) -> str:
    """Return what an alert watches for, in words."""
    last_week = " times last week's" if alert.against == "last_week" else ""
    return f"{alert.measure} of {_describe_place(alert)} {alert.direction} {alert.limit:g}{last_week}"


def describe_length(length: timedelta) -> str:
    """Return a length of time as the settings have it, in the largest unit that fits."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _write_text(alert: Alert, standing: Standing, state: str) -> str:
    if state == "test":
        return f"Test of the alert {alert.name}: {describe_rule(alert)}. Nothing has happened."
    measured = f"{alert.measure} of {_describe_place(alert)} is {_format(standing.value, alert)}"
    over = f"over {describe_length(alert.window)} ({standing.size} seen)"
    if state == "ok":
        return f"{alert.name} has recovered: {measured} {over}."
    week = f", {alert.limit:g} times last week's" if alert.against == "last_week" else ""
    limit = f"{alert.direction} {_format(standing.threshold, alert)}{week}"
    return f"{alert.name} fires: {measured} {over}, which is {limit}."


def _describe_place(alert: Alert) -> str:
    app, variant = alert.filter.app, alert.filter.variant
    return " ".join(part for part in (app or "all apps", variant) if part)


def _format(value: float | None, alert: Alert) -> str:
    if value is None:
        return "unknown"
    measure = find_measure(alert.measure)
    return f"{value:.4g} {'' if measure is None else measure.unit}".rstrip()
