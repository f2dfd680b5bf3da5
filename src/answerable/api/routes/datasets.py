"""`/v1/datasets`: golden sets, their examples and files of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from answerable.api.dataset_schemas import AcceptBody, AddBody, EditBody
from answerable.api.review_json import render_dataset, render_example, render_made
from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.datasets.selecting import Selection
from answerable.datasets.types import Example, Provenance
from answerable.datasets.writing import write_examples

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

Version = Annotated[
    int, Query(ge=0, lt=2**31, description="number of a version; 0: the dataset as it is now")
]


@router.get("")
async def list_datasets(_: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """List the datasets by name."""
    return {"datasets": [render_dataset(one) for one in await services.datasets.list_datasets()]}


@router.post("/{name}/examples", status_code=201)
async def add_example(
    name: str, body: AddBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Add an example; the dataset is made with its first one. One with the same content is not added again."""
    draft = Example(input={}, provenance=Provenance(added_by=principal.name, source="api"))
    if body.trace_id is not None:
        draft = await services.examples.draft(
            body.trace_id, span_id=body.span_id, by=principal.name, groups=principal.groups
        )
    return render_made(await services.examples.add(name, body.complete(draft)))


@router.get("/{name}/examples")
async def list_examples(
    name: str,
    _: TraceReader,
    services: ServicesDep,
    version: Version = 0,
    held: Annotated[bool, Query(description="those that wait to be accepted")] = False,
    split: Annotated[str, Query(max_length=63)] = "",
    tag: Annotated[list[str], Query(max_length=20, description="all of them")] = [],  # noqa: B006
    text: Annotated[str, Query(max_length=200, description="in the key, the input or what is expected")] = "",
    after: Annotated[int, Query(ge=0, le=2**62, description="`next_after` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List the examples in the order they were added."""
    if version:
        await services.datasets.get_version(f"{name}@{version}")
    chosen = Selection(version=version, held=held, split=split, tags=tuple(tag), text=text)
    page = await services.datasets.list_examples(name, after=after, limit=limit, selection=chosen)
    return {"examples": [render_example(one) for one in page.examples], "next_after": page.next_after}


@router.get("/{name}/example")
async def get_example(
    name: str, key: Annotated[str, Query(max_length=200)], _: TraceReader, services: ServicesDep
) -> dict[str, Any]:
    """Read the example of a key as it is now."""
    return render_example(await services.datasets.get_example(name, key))


@router.put("/{name}/example")
async def edit_example(
    name: str,
    key: Annotated[str, Query(max_length=200)],
    body: EditBody,
    principal: Developer,
    services: ServicesDep,
) -> dict[str, Any]:
    """Put another content under a key; versions keep the one they have."""
    edited = await services.datasets.edit_example(
        name, key, body.to_example(), by=principal.name, seen=body.seen
    )
    return render_example(edited)


@router.delete("/{name}/example", status_code=204)
async def delete_example(
    name: str, key: Annotated[str, Query(max_length=200)], _: Developer, services: ServicesDep
) -> None:
    """Take an example out of the dataset; versions that have it keep it."""
    await services.datasets.delete_example(name, key)


@router.delete("/{name}", status_code=204)
async def delete_dataset(name: str, _: Developer, services: ServicesDep) -> None:
    """Delete the dataset with all its versions; eval runs on it stay, without what was asked and expected."""
    await services.datasets.delete(name)


@router.post("/{name}/accept")
async def accept_examples(name: str, body: AcceptBody, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """Let held examples in: those of the keys, or all."""
    return {"accepted": await services.datasets.accept(name, body.keys)}


@router.get("/{name}/export", response_class=StreamingResponse)
async def export_dataset(
    name: str,
    _: TraceReader,
    services: ServicesDep,
    format: Annotated[Literal["jsonl", "yaml"], Query()] = "jsonl",
    version: Version = 0,
) -> StreamingResponse:
    """Export the examples, as JSON lines or in the format of Pydantic Evals."""
    await services.datasets.list_examples(name, limit=1)  # an unknown one is a 404, not a broken stream
    batches: AsyncIterator[Sequence[Example]] = services.datasets.iterate(name)
    if version:
        batches = services.datasets.iterate_version(await services.datasets.get_version(f"{name}@{version}"))
    if format == "yaml":
        return StreamingResponse(write_examples(name, "yaml", batches), media_type="application/yaml")
    return StreamingResponse(_write_lines(batches), media_type="application/jsonl")


async def _write_lines(pages: AsyncIterator[Sequence[Example]]) -> AsyncIterator[str]:
    async for page in pages:
        for example in page:
            yield json.dumps(render_example(example), ensure_ascii=False) + "\n"
