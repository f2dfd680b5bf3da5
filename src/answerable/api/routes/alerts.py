"""`/v1/alerts`: how they stand, and who is not to be disturbed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.rendering.alerts import render_alert, render_delivery
from answerable.api.security import Developer, ServicesDep

router = APIRouter(prefix="/v1/alerts", tags=["monitoring"])

_YEAR = 366 * 86_400


class SilenceBody(RequestBody):
    seconds: int = Field(ge=0, le=_YEAR, description="from now on; 0 ends a silence")


@router.get("")
async def list_alerts(_: Developer, services: ServicesDep) -> dict[str, Any]:
    """List the alerts of the settings, how they stand, and the newest notices with what became of them.

    `silences` has until when nobody hears of what is told besides alerts, such as `model_checks`.
    """
    silences = await services.alerts.list_silences()
    return {
        "alerts": [render_alert(status) for status in await services.alerts.list_alerts()],
        "silences": {topic: until.isoformat() for topic, until in silences.items()},
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
