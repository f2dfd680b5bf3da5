"""The alerts that are firing, at the top of the page."""

from __future__ import annotations

from answerable.console.elements import Tag
from answerable.console.parts.figures import format_moment
from answerable.monitoring.alerts.types import AlertStatus


def build_alerts(statuses: list[AlertStatus]) -> None:
    """Build a callout that names what fires; nothing where all is well."""
    firing = [
        status for status in statuses if status.standing is not None and status.standing.state == "firing"
    ]
    if not firing:
        return
    with Tag("section", "", "callout is-problem", aria_label="Alerts"):
        Tag(
            "p",
            "1 alert is firing" if len(firing) == 1 else f"{len(firing)} alerts are firing",
            "callout-title",
        )
        with Tag("ul"):
            for status in firing:
                Tag("li", _describe(status))


def _describe(status: AlertStatus) -> str:
    alert, standing = status.alert, status.standing
    assert standing is not None
    value = "unknown" if standing.value is None else f"{standing.value:,.4g}"
    silent = ", silenced" if status.silent else ""
    return (
        f"{alert.name}: {alert.measure} is {value}, {alert.direction} {standing.threshold or alert.limit:,.4g},"
        f" since {format_moment(standing.since)} UTC{silent}"
    )
