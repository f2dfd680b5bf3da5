"""`/v1/queues`: review queues, and what their keepers do with them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field, WrapValidator

from answerable.api.bodies import RequestBody
from answerable.api.review_json import (
    render_agreement,
    render_annotator,
    render_item,
    render_queue,
    render_taken,
)
from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.reviews.label_studio.config import write_config
from answerable.reviews.spec import QueueSpec, read_spec
from answerable.reviews.types import ItemState

router = APIRouter(prefix="/v1/queues", tags=["review"])

SpecBody = Annotated[QueueSpec, WrapValidator(lambda values, _: read_spec(values))]
"""A queue, with the errors that the command line has too."""


class StateBody(RequestBody):
    state: Literal["open", "paused"] = Field(description="a paused queue takes in no new runs")


class FillBody(RequestBody):
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


@router.get("")
async def list_queues(_: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """List the queues by name, with how far each is."""
    queues = await services.reviews.list_queues()
    return {"queues": [render_queue(queue, await services.reviews.count(queue)) for queue in queues]}


@router.post("", status_code=201)
async def create_queue(body: SpecBody, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """Make a queue; it takes in the runs from now on. `fill` takes in those of the past."""
    queue = await services.reviews.create(body, by=principal.name)
    return render_queue(queue, await services.reviews.count(queue))


@router.get("/{name}")
async def get_queue(name: str, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Return a queue with how far it is."""
    queue = await services.reviews.get(name)
    return render_queue(queue, await services.reviews.count(queue))


@router.patch("/{name}")
async def set_queue_state(name: str, body: StateBody, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """Stop or go on taking in new runs."""
    await services.reviews.set_state(name, body.state)
    return render_queue(await services.reviews.get(name))


@router.delete("/{name}", status_code=204)
async def delete_queue(name: str, principal: Developer, services: ServicesDep) -> None:
    """Delete a queue with everything said in it."""
    await services.reviews.delete(name, by=principal.name)


@router.post("/{name}/fill")
async def fill_queue(
    name: str, _: Developer, services: ServicesDep, body: FillBody | None = None
) -> dict[str, Any]:
    """Take in the runs of the past that fit the rule. Doing it again changes nothing."""
    queue = await services.reviews.get(name)
    span = body or FillBody()
    taken = await services.queue_filler.fill_past(queue, since=span.since, until=span.until)
    return render_taken(taken)


@router.get("/{name}/items")
async def list_items(
    name: str,
    _: Developer,
    services: ServicesDep,
    state: ItemState | None = None,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List the items in the order they came."""
    queue = await services.reviews.get(name)
    batch = await services.reviews.list_items(queue, after=after, limit=limit, state=state)
    return {"items": [render_item(item) for item in batch.items], "next_after": batch.next_after}


@router.get("/{name}/stats")
async def get_stats(name: str, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Return how far the queue is, and what each annotator did."""
    queue = await services.reviews.get(name)
    progress = await services.reviews.count(queue)
    annotators = await services.reviews.list_annotators(queue)
    return {
        **render_queue(queue, progress),
        "annotators": [render_annotator(facts) for facts in annotators],
    }


@router.get("/{name}/agreement")
async def get_agreement(
    name: str, _: TraceReader, services: ServicesDep, seed: Annotated[int, Query(ge=0, le=2**32)] = 0
) -> dict[str, Any]:
    """Return how far the annotators agree on each label, with intervals of 95 %."""
    queue = await services.reviews.get(name)
    return render_agreement(await services.reviews.report_agreement(queue, seed=seed))


@router.get("/{name}/label-config", response_class=Response)
async def get_label_config(name: str, _: TraceReader, services: ServicesDep) -> Response:
    """Return the labels as the configuration of a Label Studio project."""
    queue = await services.reviews.get(name)
    return Response(write_config(queue.spec.labels), media_type="application/xml")


@router.get("/{name}/export", response_class=StreamingResponse)
async def export_queue(name: str, principal: Developer, services: ServicesDep) -> StreamingResponse:
    """Export the items with all annotations as Label Studio JSON."""
    queue = await services.reviews.get(name)
    tasks = services.review_exchange.export(queue, groups=principal.groups)
    return StreamingResponse(_write_list(tasks), media_type="application/json")


@router.post("/{name}/import")
async def import_tasks(
    name: str, tasks: Annotated[list[Any], Body()], _: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Take in annotated tasks of Label Studio; each names its trace in `data.trace_id`."""
    queue = await services.reviews.get(name)
    imported = await services.review_exchange.import_tasks(queue, tasks)
    return {"items": imported.items, "annotations": imported.annotations, "known": imported.known}


async def _write_list(tasks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """Yield a JSON array piece by piece, so that a long one is never in memory as a whole."""
    first = True
    async for task in tasks:
        yield ("[" if first else ",") + "\n" + json.dumps(task, ensure_ascii=False, default=_write_time)
        first = False
    yield "[]\n" if first else "\n]\n"


def _write_time(value: Any) -> str:
    assert isinstance(value, datetime), value
    return value.isoformat()
