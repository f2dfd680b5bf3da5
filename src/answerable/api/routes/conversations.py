"""`/v1/conversations`: read what was said, and delete it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from answerable.api.security import Reader, ServicesDep
from answerable.conversations.types import Conversation, Owner

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])

User = Annotated[
    str, Query(max_length=200, description="the end user whose it is, as the questions named them")
]


@router.get("")
async def list_conversations(
    principal: Reader,
    services: ServicesDep,
    user: User = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """List the conversations of this key and user, the one spoken in last first."""
    found = await services.conversations.list_conversations(Owner(principal.key_id, user), limit=limit)
    return {"conversations": [_render(conversation) for conversation in found]}


@router.get("/{conversation_id}")
async def get_conversation(
    conversation_id: str,
    principal: Reader,
    services: ServicesDep,
    user: User = "",
    after: Annotated[int, Query(ge=-1, le=2**31 - 1, description="`next_after` of the page before")] = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> dict[str, Any]:
    """Read a conversation, oldest message first. Another key's or user's is not found."""
    page = await services.conversations.list_messages(
        Owner(principal.key_id, user), conversation_id, after=after, limit=limit
    )
    return {
        **_render(page.conversation),
        "messages": [asdict(message) for message in page.messages],
        "next_after": page.next_after,
    }


@router.delete("/{conversation_id}", status_code=204)
async def delete_conversation(
    conversation_id: str, principal: Reader, services: ServicesDep, user: User = ""
) -> None:
    """Delete a conversation with everything in it, the traces of its answers as well."""
    await services.eraser.erase_conversation(
        Owner(principal.key_id, user), conversation_id, by=principal.name
    )


def _render(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.name,
        "app": conversation.app,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
    }
