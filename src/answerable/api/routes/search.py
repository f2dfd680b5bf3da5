"""`POST /v1/search`: the passages alone."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from answerable.answering.question import clean_question
from answerable.api.render import render_hit
from answerable.api.schemas import SearchBody, SearchOut
from answerable.api.security import Reader, ServicesDep
from answerable.apps.rerankers import list_rerankers
from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.knowledge.types import RetrievalSettings
from answerable.wiring import Services

router = APIRouter(tags=["search"])


@router.post("/v1/search", response_model=SearchOut)
async def search(body: SearchBody, principal: Reader, services: ServicesDep) -> JSONResponse:
    """Find the passages that fit a query, dense and lexical scores fused, within the key's document groups."""
    found = await services.search.search(
        clean_question(body.query),
        collection=body.collection,
        index=body.index,
        groups=principal.groups,
        filter=body.filter,
        settings=RetrievalSettings(top_k=body.top_k, reranker=_read_reranker(body, services)),
    )
    return JSONResponse({"results": [render_hit(hit) for hit in found.hits]})


def _read_reranker(body: SearchBody, services: Services) -> str | None:
    """Return the reranker that was asked for. Raises InvalidInput for one that nobody put into an app.

    Whoever may only search cannot have any model of a provider called at the operator's cost.
    """
    if body.reranker is None:
        return None
    known = list_rerankers(services.apps.list_apps())
    if body.reranker not in known:
        nearest = suggest(body.reranker, known)
        raise InvalidInput(
            f"No variant of an app has the reranker {body.reranker!r}; there are: {', '.join(known) or 'none'}.",
            hint=nearest or "Put it into a variant, `reranker: PROVIDER:MODEL`, and apply that.",
            code="unknown_reranker",
        )
    return body.reranker
