"""A conversation deleted with everything in it: what was said, and the traces of how it was answered."""

from __future__ import annotations

from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.traces.service import TraceService


class ConversationEraser:
    def __init__(self, *, conversations: ConversationService, traces: TraceService) -> None:
        self._conversations = conversations
        self._traces = traces

    async def erase(self, owner: Owner, name: str) -> None:
        """Delete it. Traces go first, so that a try which broke off can be made again. Raises NotFound."""
        await self._traces.delete_conversation(name, key_id=owner.key_id, user=owner.user)
        await self._conversations.delete(owner, name)
