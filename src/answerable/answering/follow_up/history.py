"""What a follow-up sees of a conversation: whole turns, the newest first, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from answerable.llm.tokens import estimate_tokens
from answerable.llm.types import Message

_MESSAGE_TOKENS: Final = 4
"""What a message costs beside its text."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, and what was answered: empty when the answer never came."""

    question: str
    answer: str = ""


def to_turns(messages: Sequence[Message]) -> list[Turn]:
    """Return the turns of a conversation, oldest first. What belongs to no question is left out."""
    turns: list[Turn] = []
    for message in messages:
        if message.role == "user":
            turns.append(Turn(message.content))
        elif message.role == "assistant" and turns:
            last = turns[-1]
            turns[-1] = Turn(last.question, f"{last.answer}\n{message.content}".strip())
    return turns


def fit_history(messages: Sequence[Message], *, budget: int) -> tuple[Message, ...]:
    """Return the last whole turns that fit in `budget` tokens, oldest first."""
    kept: list[Message] = []
    turn: list[Message] = []
    used = 0
    for message in reversed(messages):
        turn.insert(0, message)
        used += estimate_tokens(message.content) + _MESSAGE_TOKENS
        if used > budget:
            break
        if message.role == "user":
            kept[:0] = turn
            turn = []
    return tuple(kept)
