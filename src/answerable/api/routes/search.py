"""`POST /v1/search`: the passages alone."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from answerable.answering.question import clean_question
from answerable.api.render import render_hit
from answerable.api.schemas import SearchBody, SearchOut
from answerable.api.security import Reader, ServicesDep
from answerable.apps.rerankers import check_named
from answerable.knowledge.types import RetrievalSettings

router = APIRouter(tags=["search"])


@router.post("/v1/search", response_model=SearchOut)
async def search(body: SearchBody, principal: Reader, services: ServicesDep) -> JSONResponse:
    """Find the passages that fit a query, dense and lexical scores fused, within the key's document groups."""
    if body.reranker is not None:
        check_named(body.reranker, services.apps.list_apps())
    found = await services.search.search(
        clean_question(body.query),
        collection=body.collection,
        index=body.index,
        groups=principal.groups,
        filter=body.filter,
        settings=RetrievalSettings(top_k=body.top_k, reranker=body.reranker),
    )
    return JSONResponse({"results": [render_hit(hit) for hit in found.hits]})
