"""`/v1/queues/{name}/next` and what follows: the work of annotators and adjudicators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.review_json import render_case, render_item, render_made, render_saved
from answerable.api.security import Developer, ServicesDep, TraceReader

router = APIRouter(prefix="/v1/queues", tags=["review"])

ItemId = Annotated[int, Field(ge=1, le=2**62)]
Labels = Annotated[
    dict[str, Any],
    Field(
        description="by the names of the queue's labels", examples=[{"correct": True, "fault": "outdated"}]
    ),
]


class SaveBody(RequestBody):
    labels: Labels
    seconds: float = Field(0.0, ge=0, description="how long it took")


class DecideBody(RequestBody):
    labels: Labels
    note: str = Field("", max_length=2000)


class GoldBody(RequestBody):
    labels: Labels | None = Field(description="the right answer; null makes it an ordinary item again")


class ExampleBody(RequestBody):
    dataset: str | None = Field(None, description="else the queue's")
    labels: Labels | None = Field(None, description="else those that count for the item")


@router.post("/{name}/next")
async def take_next(
    name: str,
    principal: TraceReader,
    services: ServicesDep,
    besides: Annotated[list[int] | None, Query(description="items that one has open", max_length=20)] = None,
) -> dict[str, Any]:
    """Take the next item, locked for the key's name; `case` is null when nothing is left for it."""
    queue = await services.reviews.get(name)
    case = await services.review_desk.take_next(
        queue, principal.name, besides=besides or (), groups=principal.groups
    )
    return {"case": None if case is None else render_case(case)}


@router.post("/{name}/items/{item_id}/annotation")
async def save_annotation(
    name: str, item_id: ItemId, body: SaveBody, principal: TraceReader, services: ServicesDep
) -> dict[str, Any]:
    """Save the labels. 409 `lock_lost` when others have the item by now; the same twice changes nothing."""
    queue = await services.reviews.get(name)
    saved = await services.review_desk.save(queue, item_id, principal.name, body.labels, seconds=body.seconds)
    return render_saved(saved, blind=queue.spec.blind)


@router.post("/{name}/items/{item_id}/skip", status_code=204)
async def skip_item(name: str, item_id: ItemId, principal: TraceReader, services: ServicesDep) -> None:
    """Leave the item to others."""
    await services.review_desk.skip(await services.reviews.get(name), item_id, principal.name)


@router.post("/{name}/items/{item_id}/release", status_code=204)
async def release_item(name: str, item_id: ItemId, principal: TraceReader, services: ServicesDep) -> None:
    """Give the item back."""
    await services.review_desk.release(await services.reviews.get(name), item_id, principal.name)


@router.post("/{name}/items/{item_id}/renew")
async def renew_item(
    name: str, item_id: ItemId, principal: TraceReader, services: ServicesDep
) -> dict[str, Any]:
    """Keep the item for longer."""
    queue = await services.reviews.get(name)
    return {"until": await services.review_desk.renew(queue, item_id, principal.name)}


@router.post("/{name}/undo")
async def undo(name: str, principal: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Take back what one said last, and get that item again with it."""
    queue = await services.reviews.get(name)
    case = await services.review_desk.undo(queue, principal.name, groups=principal.groups)
    return {"case": None if case is None else render_case(case)}


@router.get("/{name}/disputed")
async def list_disputed(
    name: str,
    principal: TraceReader,
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Any]:
    """List the items on which annotators disagree, with what each said."""
    queue = await services.reviews.get(name)
    found = await services.review_desk.list_disputed(queue, after=after, limit=limit, groups=principal.groups)
    return {"cases": [render_case(case) for case in found.cases], "next_after": found.next_after}


@router.post("/{name}/items/{item_id}/decision")
async def decide(
    name: str, item_id: ItemId, body: DecideBody, principal: TraceReader, services: ServicesDep
) -> dict[str, Any]:
    """Decide a disputed item: the last word on it."""
    queue = await services.reviews.get(name)
    item = await services.review_desk.adjudicate(queue, item_id, principal.name, body.labels, note=body.note)
    return render_item(item)


@router.put("/{name}/items/{item_id}/gold")
async def set_gold(
    name: str, item_id: ItemId, body: GoldBody, _: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Make the item a gold question, whose answer is known, or an ordinary one again."""
    queue = await services.reviews.get(name)
    return render_item(await services.review_desk.set_gold(queue, item_id, body.labels))


@router.post("/{name}/items/{item_id}/example", status_code=201)
async def make_example(
    name: str, item_id: ItemId, principal: TraceReader, services: ServicesDep, body: ExampleBody | None = None
) -> dict[str, Any]:
    """Make the reviewed item an example of a dataset, and tell which others ask nearly the same."""
    queue = await services.reviews.get(name)
    item = await services.reviews.get_item(queue, item_id)
    chosen = body or ExampleBody(dataset=None, labels=None)
    example = await services.examples.draft_from_item(
        queue, item, by=principal.name, labels=chosen.labels, groups=principal.groups
    )
    return render_made(await services.examples.add(chosen.dataset or queue.spec.examples_go_to, example))
