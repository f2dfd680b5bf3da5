"""`/v1/evals`: eval runs, their results, and runs compared."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.evaluation.reports.comparison import render_comparison
from answerable.evaluation.reports.json_form import render_result, render_run, render_summary
from answerable.evaluation.runs.item_store import Place
from answerable.evaluation.runs.types import ResultFilter

router = APIRouter(prefix="/v1/evals", tags=["evaluation"])

_NUMBER = r"^[0-9]{1,15}\.[0-9]{1,3}$"


@router.get("")
async def list_evals(
    _: TraceReader,
    services: ServicesDep,
    app: Annotated[str | None, Query(max_length=200)] = None,
    dataset: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[UUID | None, Query(description="`next_after` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """List eval runs, newest first."""
    page = await services.evals.list_runs(app=app, dataset=dataset, limit=limit, after=after)
    return {
        "runs": [render_run(run) for run in page.runs],
        "next_after": None if page.next_after is None else str(page.next_after),
    }


@router.get("/compare")
async def compare_evals(
    _: TraceReader,
    services: ServicesDep,
    run: Annotated[
        list[UUID],
        Query(min_length=2, max_length=20, description="the first is what others are held against"),
    ],
) -> dict[str, Any]:
    """Compare runs on one dataset version with the first of them, example by example."""
    return render_comparison(await services.evals.compare(run))


@router.get("/{id}")
async def get_eval(id: UUID, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Return a run with what its metrics come to, as far as it is."""
    run = await services.evals.get(id)
    return {**render_run(run), "metrics": render_summary(await services.evals.summarise(id))}


@router.get("/{id}/results")
async def list_results(
    id: UUID,
    _: TraceReader,
    services: ServicesDep,
    failed: Annotated[bool | None, Query(description="only items without, or with, an output")] = None,
    metric: Annotated[str | None, Query(max_length=200)] = None,
    below: Annotated[float | None, Query(description="only items whose value of `metric` is below")] = None,
    above: Annotated[float | None, Query(description="only items whose value of `metric` is above")] = None,
    tag: Annotated[str | None, Query(max_length=60)] = None,
    text: Annotated[str | None, Query(max_length=500, description="in the question or the answer")] = None,
    key: Annotated[str | None, Query(max_length=500)] = None,
    after: Annotated[
        str | None, Query(pattern=_NUMBER, description="`next_after` of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List what came of the examples, in the order of the dataset."""
    wanted = ResultFilter(failed, metric, below, above, tag, text, key)
    page = await services.evals.list_results(id, wanted, after=_read_place(after), limit=limit)
    return {
        "results": [render_result(one) for one in page.results],
        "next_after": None if page.next_after is None else "{}.{}".format(*page.next_after),
    }


@router.delete("/{id}", status_code=204)
async def delete_eval(id: UUID, _: Developer, services: ServicesDep) -> None:
    """Delete a run with its results."""
    await services.evals.delete(id)


def _read_place(text: str | None) -> Place | None:
    if text is None:
        return None
    position, _, repeat = text.partition(".")
    return int(position), int(repeat)
