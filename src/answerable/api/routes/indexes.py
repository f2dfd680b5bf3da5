"""`/v1/collections/{collection}/indexes`: several indexes of one collection, side by side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.render import render_index
from answerable.api.security import Developer, ServicesDep
from answerable.knowledge.index_versions.types import IndexChoice

router = APIRouter(prefix="/v1/collections/{collection}/indexes", tags=["collections"])


class IndexBody(RequestBody):
    """What is not named is as in the active index."""

    name: str = Field(max_length=63)
    embedder: str | None = Field(None, max_length=200)
    chunk_tokens: int | None = None
    chunk_overlap: int | None = None


@router.get("")
async def list_indexes(collection: str, principal: Developer, services: ServicesDep) -> dict[str, Any]:
    """List the indexes of a collection: what each is made of, and whether it is behind."""
    del principal
    found = await services.index_versions.list_indexes(collection)
    return {"indexes": [render_index(index) for index in found]}


@router.post("", status_code=202)
async def create_index(
    collection: str, body: IndexBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Make an index beside the active one. A worker fills it; `behind` falls to 0."""
    choice = IndexChoice(body.embedder, body.chunk_tokens, body.chunk_overlap)
    return render_index(
        await services.index_versions.create(collection, body.name, choice, by=principal.name)
    )


@router.get("/{index}")
async def get_index(
    collection: str, index: str, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Return one index as it stands."""
    del principal
    return render_index(await services.index_versions.get(collection, index))


@router.post("/{index}/update", status_code=202)
async def update_index(
    collection: str, index: str, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Have a worker bring an index up to date."""
    del principal
    return render_index(await services.index_versions.update(collection, index))


@router.post("/{index}/activate")
async def activate_index(
    collection: str, index: str, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Make an index what is searched unless one is named; 409 while it is behind."""
    return render_index(await services.index_versions.activate(collection, index, by=principal.name))


@router.delete("/{index}", status_code=204)
async def drop_index(collection: str, index: str, principal: Developer, services: ServicesDep) -> None:
    """Remove an index; 409 for one that is searched or written to."""
    await services.index_versions.drop(collection, index, by=principal.name)
