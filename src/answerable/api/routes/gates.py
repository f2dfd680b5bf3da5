"""`/v1/gates`: verdicts on candidates against baselines."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from answerable.api.bodies import RequestBody
from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.evaluation.gating.json_form import render_record, render_verdict

router = APIRouter(prefix="/v1/gates", tags=["evaluation"])


class GateBody(RequestBody):
    """Two eval runs that are done, of one app, on one dataset version."""

    candidate_run: UUID
    baseline_run: UUID


@router.get("")
async def list_gates(
    _: TraceReader,
    services: ServicesDep,
    app: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """List verdicts, newest first."""
    found = await services.gates.list_verdicts(app=app, limit=limit)
    return {"gates": [render_record(record) for record in found]}


@router.post("", status_code=201)
async def decide_gate(body: GateBody, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """Decide by the rules of the app, and keep the verdict. Nothing is measured: both runs are there."""
    run = await services.evals.get(body.candidate_run)
    record, verdict = await services.gates.decide(
        services.apps.get_app(run.app).gate,
        candidate_run=body.candidate_run,
        baseline_run=body.baseline_run,
        by=principal.name,
    )
    return {**render_record(record), **render_verdict(verdict)}


@router.get("/{id}")
async def get_gate(id: UUID, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Return a verdict, without the texts of examples."""
    return render_record(await services.gates.get(id))
