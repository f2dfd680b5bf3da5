"""`/v1/collections`: list, make, delete."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from answerable.api.bodies import RequestBody
from answerable.api.schemas import CollectionName
from answerable.api.security import Developer, Reader, ServicesDep
from answerable.knowledge.types import CollectionSummary

router = APIRouter(prefix="/v1/collections", tags=["collections"])


class CollectionBody(RequestBody):
    name: CollectionName


@router.get("")
async def list_collections(principal: Reader, services: ServicesDep) -> dict[str, Any]:
    """List the collections, counting what the key's groups may read."""
    found = await services.knowledge.list_collections(groups=principal.groups)
    return {"collections": [_render(summary) for summary in found]}


@router.post("", status_code=201)
async def create_collection(
    body: CollectionBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Make an empty collection; 409 when the name is taken."""
    del principal
    made = await services.knowledge.create_collection(body.name)
    return {"name": made.name, "documents": 0, "chunks": 0, "index": None, "created_at": made.created_at}


@router.delete("/{collection}", status_code=204)
async def delete_collection(collection: str, principal: Developer, services: ServicesDep) -> None:
    """Delete a collection with everything in it."""
    await services.knowledge.delete_collection(collection, by=principal.name)


def _render(summary: CollectionSummary) -> dict[str, Any]:
    return {
        "name": summary.name,
        "documents": summary.documents,
        "chunks": summary.chunks,
        "index": summary.index,
        "created_at": summary.created_at,
    }
