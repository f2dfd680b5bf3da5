"""`/v1/judges`: apps that judge, and how far they agree with people."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from answerable.api.bodies import RequestBody
from answerable.api.rendering.judges import render_calibration, render_judge, render_rate
from answerable.api.security import Developer, ServicesDep
from answerable.evaluation.judging.calibration.measuring import Period

router = APIRouter(prefix="/v1/judges", tags=["evaluation"])


class CalibrateBody(RequestBody):
    label: str | None = Field(
        None, max_length=40, description="what reviewers were asked; else the judge's name"
    )
    run: UUID | None = Field(None, description="an eval run; else served answers")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="exclusive")
    period: Period = "month"


@router.get("")
async def list_judges(_: Developer, services: ServicesDep) -> dict[str, Any]:
    """List the apps that can judge, the built-in ones too, each with its newest calibration."""
    return {"judges": [render_judge(status) for status in await services.judges.list_judges()]}


@router.get("/{name}")
async def get_judge(name: str, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """Show a judge (`APP` or `APP@VARIANT`) and its calibrations, newest first."""
    status = await services.judges.get(name)
    made = await services.judges.list_calibrations(name)
    return render_judge(status) | {"calibrations": [render_calibration(one) for one in made]}


@router.get("/{name}/rate")
async def estimate_rate(
    name: str,
    _: Developer,
    services: ServicesDep,
    label: Annotated[str | None, Query(max_length=40, description="what reviewers were asked")] = None,
    run: Annotated[UUID | None, Query(description="an eval run; else served answers")] = None,
    app: Annotated[str | None, Query(max_length=63, description="whose served answers")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> dict[str, Any]:
    """Estimate what people would give on average to all that the judge scored, from what they said of some of it."""
    found = await services.judges.estimate_rate(
        name, label=label, run_id=run, app=app, since=since, until=until
    )
    return render_rate(found)


@router.post("/{name}/calibrate")
async def calibrate_judge(
    name: str, body: CalibrateBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Hold a judge against what reviewers said of the same answers, and keep what comes of it."""
    made = await services.judges.calibrate(
        name,
        label=body.label,
        run_id=body.run,
        since=body.since,
        until=body.until,
        period=body.period,
        by=principal.name,
    )
    return render_calibration(made)
