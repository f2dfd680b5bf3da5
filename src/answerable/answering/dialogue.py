"""A request as a turn of a conversation: what was said before it, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from answerable.answering.follow_up.history import fit_history
from answerable.answering.recording import describe_input
from answerable.answering.runs import Work
from answerable.answering.types import Answer, RunRequest
from answerable.conversations.service import ConversationService
from answerable.conversations.types import Owner
from answerable.llm.types import Message
from answerable.traces import conventions as names


@dataclass(frozen=True, slots=True)
class Turn:
    """The place of a request in its conversation."""

    conversation: UUID
    question: str


class Dialogue:
    """Gives a request the history of its conversation, and adds the turn once it is answered."""

    def __init__(self, conversations: ConversationService, *, reduce: Callable[[str, str], str]) -> None:
        """`reduce` gets an app and a text, and returns what of the text may be kept. Thread-safe."""
        self._conversations = conversations
        self._reduce = reduce

    async def enter(self, work: Work) -> Turn | None:
        """Fill `work.history` from the conversation that the request names. Raises InvalidInput for its id."""
        request, caller = work.request, work.caller
        if request.conversation_id is None:
            work.history = fit_history(request.history, budget=work.variant.content.history.tokens)
            return None
        owner = Owner(caller.key_id, caller.user or "")
        with work.spans.step(names.CONVERSATION) as step:
            opened = await self._conversations.open(owner, request.conversation_id, app=work.variant.app)
            said = [Message(message.role, message.content) for message in opened.messages if message.content]
            work.history = fit_history(said, budget=work.variant.content.history.tokens)
            step.set({names.CONVERSATION_ID: request.conversation_id, names.HISTORY: len(work.history)})
        return Turn(opened.conversation.id, describe_question(request))

    async def note(self, turn: Turn, work: Work, answer: Answer) -> tuple[Answer, bool]:
        """Keep of the turn what the app keeps.

        Return the answer as one of the conversation, and whether that is still there.
        """
        with work.spans.step(names.KEEP_TURN):
            question, said = await asyncio.to_thread(
                lambda: [self._reduce(work.variant.app, text) for text in (turn.question, answer.answer)]
            )
            kept = await self._conversations.append(
                turn.conversation, question=question, answer=said, trace_id=work.trace_id
            )
        return replace(answer, conversation_id=work.request.conversation_id), kept


def describe_question(request: RunRequest) -> str:
    """Return what was asked as one text: the message, the one text of the input, or all of the input as JSON."""
    if request.messages:
        return request.messages[-1].content
    texts = [value for value in request.input.values() if isinstance(value, str)]
    if len(texts) == len(request.input) == 1:
        return texts[0]
    return json.dumps(describe_input(request)["input"], ensure_ascii=False, default=str)
