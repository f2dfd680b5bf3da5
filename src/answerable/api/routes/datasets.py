"""`/v1/datasets`: golden sets and their examples."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, model_validator

from answerable.api.review_json import render_dataset, render_example, render_made
from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.datasets.types import Evidence, Example, Provenance

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])


class EvidenceBody(BaseModel):
    text: str = Field(max_length=100_000)
    uri: str = ""
    title: str = ""
    document_id: str = ""
    chunk_id: str = ""
    start: int | None = Field(None, ge=0)
    end: int | None = Field(None, ge=0)


class AddBody(BaseModel):
    """An example, or the trace that it is made from; what is given besides a trace replaces what it has."""

    trace_id: str | None = None
    span_id: str | None = None
    input: dict[str, Any] | None = None
    expected: Any = None
    evidence: list[EvidenceBody] | None = Field(None, max_length=100)
    tags: list[str] = Field([], max_length=50)
    weight: float = Field(1.0, gt=0, le=1000)

    @model_validator(mode="after")
    def _check(self) -> AddBody:
        if self.trace_id is None and not self.input:
            raise ValueError("an example has an `input`, or a `trace_id` to take it from")
        return self


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
    return render_made(await services.examples.add(name, _complete(draft, body)))


@router.get("/{name}/examples")
async def list_examples(
    name: str,
    _: TraceReader,
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=2**62, description="`next_after` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List the examples in the order they were added."""
    page = await services.datasets.list_examples(name, after=after, limit=limit)
    return {"examples": [render_example(one) for one in page.examples], "next_after": page.next_after}


@router.get("/{name}/export", response_class=StreamingResponse)
async def export_dataset(name: str, _: TraceReader, services: ServicesDep) -> StreamingResponse:
    """Export the examples as JSON lines."""
    await services.datasets.list_examples(name, limit=1)  # an unknown one is a 404, not a broken stream
    lines = _write_lines(services.datasets.iterate(name))
    return StreamingResponse(lines, media_type="application/jsonl")


def _complete(draft: Example, body: AddBody) -> Example:
    evidence = draft.evidence
    if body.evidence is not None:
        evidence = tuple(Evidence(**one.model_dump()) for one in body.evidence)
    return Example(
        input=draft.input if body.input is None else body.input,
        expected=draft.expected if body.expected is None else body.expected,
        evidence=evidence,
        tags=tuple(dict.fromkeys([*draft.tags, *body.tags])),
        weight=body.weight,
        provenance=draft.provenance,
    )


async def _write_lines(pages: AsyncIterator[Sequence[Example]]) -> AsyncIterator[str]:
    async for page in pages:
        for example in page:
            yield json.dumps(render_example(example), ensure_ascii=False) + "\n"
