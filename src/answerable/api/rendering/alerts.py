"""Alerts and their notices as JSON."""

from __future__ import annotations

from typing import Any

from answerable.monitoring.alerts.types import AlertStatus, Delivery
from answerable.monitoring.alerts.wording import describe_rule


def render_alert(status: AlertStatus) -> dict[str, Any]:
    """Return the JSON of an alert."""
    alert, standing = status.alert, status.standing
    until = None if standing is None else standing.silenced_until
    return {
        "name": alert.name,
        "rule": describe_rule(alert),
        "app": alert.filter.app,
        "variant": alert.filter.variant,
        "measure": alert.measure,
        "channels": list(alert.channels),
        "state": None if standing is None else standing.state,
        "since": None if standing is None else standing.since.isoformat(),
        "value": None if standing is None else standing.value,
        "threshold": None if standing is None else standing.threshold,
        "size": None if standing is None else standing.size,
        "silent": status.silent,
        "silenced_until": None if until is None else until.isoformat(),
    }


def render_delivery(delivery: Delivery) -> dict[str, Any]:
    """Return the JSON of a notice on its way."""
    done, given_up = delivery.delivered_at, delivery.given_up_at
    return {
        "id": delivery.notice.id,
        "alert": delivery.notice.alert,
        "state": delivery.notice.state,
        "text": delivery.notice.text,
        "at": delivery.notice.at.isoformat(),
        "channel": delivery.channel,
        "attempts": delivery.attempts,
        "delivered_at": None if done is None else done.isoformat(),
        "given_up_at": None if given_up is None else given_up.isoformat(),
        "error": delivery.error or None,
    }
