"""The values of conversations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from answerable.core.errors import InvalidInput

_MAX_USER = 200
_NAME = re.compile(r"[\w.:@=+~-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a conversation is: one key, and for it one user. None and empty stand for themselves, not for all.

    Raises InvalidInput for a user's name that cannot be stored.
    """

    key_id: UUID | None = None
    user: str = ""

    def __post_init__(self) -> None:
        if len(self.user) > _MAX_USER or (self.user and not self.user.isprintable()):
            raise InvalidInput(
                "The user's name is not acceptable.",
                hint=f"Name users in at most {_MAX_USER} printable characters; an id does.",
            )


@dataclass(frozen=True, slots=True)
class Conversation:
    """`name` is the id that the client gave it. `messages` counts all that was ever said in it."""

    id: UUID
    name: str
    app: str
    messages: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `trace_id` names the run that it was part of."""

    number: int
    role: Literal["user", "assistant"]
    content: str
    trace_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation as a request finds it, with the last that was said, oldest first."""

    conversation: Conversation
    messages: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """`next_after` continues the list; None ends it."""

    conversation: Conversation
    messages: tuple[Said, ...]
    next_after: int | None


def check_name(name: str) -> str:
    """Return the client's id of a conversation. Raises InvalidInput."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "The conversation_id is not acceptable.",
            hint="Use 1 to 200 letters, digits and . : @ = + ~ _ -; a UUID does.",
            code="invalid_conversation_id",
        )
    return name
