"""One run, as far as signals need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AskedRun:
    """A run of a known user or conversation, or one that was abandoned. Empty where there is no such thing."""

    trace_id: str
    span_id: str
    app: str
    variant: str
    key_id: UUID | None
    user: str
    conversation_id: str
    started_at: datetime
    ended_at: datetime
    status: Literal["ok", "error", "cancelled"]
    question: str

    @property
    def asker(self) -> str:
        """Who asked which app, the same for all that belong together: a key's user, else a conversation, else empty."""
        who = f"user {self.user}" if self.user else f"conversation {self.conversation_id}"
        known = self.user or self.conversation_id
        return f"{self.key_id} {self.app} {who}" if known else ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two runs of one user or conversation, one after the other.

    `adjacent`: they are of the same conversation, and nothing was asked between them there.
    """

    earlier: AskedRun
    later: AskedRun
    same_conversation: bool
    adjacent: bool
