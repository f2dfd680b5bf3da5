"""A follow-up as a question that stands alone, before anything is searched: by a model, or by rule."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from answerable.answering.follow_up.history import Turn, to_turns
from answerable.answering.follow_up.rules.resolve import resolve
from answerable.apps.content import PromptContent
from answerable.apps.templates.template import PromptTemplate
from answerable.core.errors import AnswerableError
from answerable.llm.extractive.words import find_language, find_terms
from answerable.llm.sources import render_question
from answerable.llm.types import ChatModel, ChatRequest, ChatResult, Message, TextDelta

_log = logging.getLogger(__name__)

_TURNS: Final = 6
_ANSWER_CHARACTERS: Final = 600
_MAX_TOKENS: Final = 160
_LONGEST: Final = 1000
_LEAST_KNOWN: Final = 0.6
"""Share of its words that a rewritten question must have from the conversation: else it is an answer, or talk."""

_FENCE: Final = re.compile(r"<(?=\s*/?\s*(?:conversation|question))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standalone:
    """The question to search for, and whether it is another one than was asked."""

    question: str
    changed: bool


async def rewrite(
    question: str, history: Sequence[Message], *, model: ChatModel | None, deadline: float
) -> Standalone:
    """Return the question so that it means the same without the history, oldest message first.

    Without a `model`, and when the model fails, takes over `deadline` seconds or does something else than it was
    asked to, the rules do it. Raises nothing: a question that nobody could rewrite is searched for as it is.
    """
    turns = to_turns(history)
    if not turns:
        return Standalone(question, changed=False)
    reply = None if model is None else await _ask(model, question, turns, deadline)
    written = None if reply is None else _accept(reply.text, question, turns)
    standing = resolve(question, turns) if written is None else written
    return Standalone(standing, standing != question)


async def _ask(model: ChatModel, question: str, turns: Sequence[Turn], deadline: float) -> ChatResult | None:
    """Return the model's reply, or None when there is none."""
    template = _template()
    shown = [
        {"question": _defuse(turn.question), "answer": _defuse(turn.answer[:_ANSWER_CHARACTERS])}
        for turn in turns[-_TURNS:]
    ]
    values = {"turns": shown, "question": render_question(question)}
    messages = (Message("system", template.system(values)), Message("user", template.user(values)))
    request = ChatRequest(messages, max_tokens=_MAX_TOKENS, deadline=deadline, stream=False)
    try:
        async with aclosing(model.stream(request)) as parts:
            async for part in parts:
                if not isinstance(part, TextDelta):
                    return part
    except AnswerableError as error:
        _log.warning("A follow-up is rewritten by rule, since the model failed: %s", error.detail)
    return None


def _accept(text: str, question: str, turns: Sequence[Turn]) -> str | None:
    """Return the rewritten question, or None for a reply that is none."""
    line = text.strip().strip('"“”').strip()
    if not line or "\n" in line or len(line) > _LONGEST:
        return None
    said = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in turns)])
    known = set(find_terms(said, find_language(said)))
    terms = find_terms(line, find_language(said))
    if sum(term in known for term in terms) < _LEAST_KNOWN * len(terms):
        return None
    return line


def _defuse(text: str) -> str:
    """Keep text of the conversation from closing its fence."""
    return _FENCE.sub("&lt;", text)


@cache
def _template() -> PromptTemplate:
    text = (files("answerable.answering.follow_up") / "prompts" / "standalone.md").read_text(encoding="utf-8")
    return PromptTemplate.compile(PromptContent(template=text))
