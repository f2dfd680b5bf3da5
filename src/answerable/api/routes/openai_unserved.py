"""Addresses of OpenAI that are not served here: each says so in the form that its clients read."""

from __future__ import annotations

from typing import Final, NoReturn

from fastapi import APIRouter, Request

from answerable.api.openai.errors import OpenAIRoute
from answerable.core.errors import NotFound

router = APIRouter(route_class=OpenAIRoute, include_in_schema=False)

_HINTS: Final = {
    "/v1/completions": "Use /v1/chat/completions; in LlamaIndex's OpenAILike that is is_chat_model=True.",
    "/v1/responses": "Use /v1/chat/completions; in LangChain's ChatOpenAI that is use_responses_api=False.",
    "/v1/embeddings": "Answerable embeds for itself alone: search by POST /v1/search.",
}


@router.post("/v1/completions", response_model=None)
@router.post("/v1/responses", response_model=None)
@router.post("/v1/embeddings", response_model=None)
async def refuse(request: Request) -> NoReturn:
    """Raises NotFound."""
    path = request.url.path
    raise NotFound(f"POST {path} is not served.", hint=_HINTS[path])
