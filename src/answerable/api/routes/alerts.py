"""`/v1/alerts`: how they stand, and who is not to be disturbed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from answerable.api.security import Developer, ServicesDep
from answerable.monitoring.alerts.types import AlertStatus, Delivery
from answerable.monitoring.alerts.wording import describe_rule

router = APIRouter(prefix="/v1/alerts", tags=["monitoring"])

_YEAR = 366 * 86_400


class SilenceBody(BaseModel):
    seconds: int = Field(ge=0, le=_YEAR, description="from now on; 0 ends a silence")


@router.get("")
async def list_alerts(_: Developer, services: ServicesDep) -> dict[str, Any]:
    """List the alerts of the settings, how they stand, and the newest notices with what became of them."""
    return {
        "alerts": [render_alert(status) for status in await services.alerts.list_alerts()],
        "notices": [render_delivery(one) for one in await services.alerts.list_deliveries()],
    }


@router.post("/{name}/silence")
async def silence_alert(
    name: str, body: SilenceBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Tell nobody of an alert for so long. What began and ended meanwhile is not told afterwards either."""
    until = await services.alerts.silence(name, timedelta(seconds=body.seconds), by=principal.name)
    return {"alert": name, "silenced_until": None if until is None else until.isoformat()}


@router.post("/{name}/test")
async def send_test_notice(name: str, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """Send a test notice to each channel of an alert; `outcomes` says of each why it did not take it, or null."""
    return {"alert": name, "outcomes": await services.alerts.test(name)}


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
