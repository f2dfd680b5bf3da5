"""`/v1/ingestions`: start from web addresses, watch, cancel."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.schemas import CollectionName
from answerable.api.security import Developer, ServicesDep
from answerable.core.errors import InvalidInput
from answerable.knowledge.ingestion.types import Run

router = APIRouter(prefix="/v1/ingestions", tags=["ingestions"])


class IngestionBody(RequestBody):
    collection: CollectionName = "docs"
    urls: list[str] = Field(min_length=1, max_length=1000, description="http(s) addresses of pages")
    metadata: dict[str, Any] = Field(default_factory=dict)
    groups: list[str] | None = None
    language: str | None = None


@router.post("", status_code=202)
async def start_ingestion(body: IngestionBody, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """Ingest web pages. Paths of the server's disk are not taken over HTTP: upload files instead."""
    del principal
    for url in body.urls:
        if not url.lower().startswith(("http://", "https://")):
            raise InvalidInput(
                f"{url!r} is not an http(s) address.", hint="Upload files to the collection instead."
            )
    run = await services.ingestion.start_run(
        body.collection,
        body.urls,
        metadata=body.metadata,
        groups=None if body.groups is None else frozenset(body.groups),
        language=body.language,
    )
    return render_run(run)


@router.get("")
async def list_ingestions(
    principal: Developer,
    services: ServicesDep,
    collection: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """List runs, the newest first."""
    del principal
    return {
        "ingestions": [render_run(run) for run in await services.ingestion.list_runs(collection, limit=limit)]
    }


@router.get("/{run_id}")
async def get_ingestion(run_id: UUID, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """How far a run is, and what could not be read and why."""
    del principal
    progress = await services.ingestion.get_progress(run_id)
    problems = await services.ingestion.list_problems(run_id)
    return {**asdict(progress), "problems": [asdict(problem) for problem in problems]}


@router.delete("/{run_id}", status_code=204)
async def cancel_ingestion(run_id: UUID, principal: Developer, services: ServicesDep) -> None:
    """Stop a run; what it has written stays."""
    del principal
    await services.ingestion.cancel(run_id)


def render_run(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "state": run.state,
        "error": run.error,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }
