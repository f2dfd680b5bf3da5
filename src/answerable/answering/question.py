"""A question as it is asked: cleaned and checked in one place, for HTTP, the command line and the console alike."""

from __future__ import annotations

import re
import unicodedata

from answerable.answering.types import RunRequest
from answerable.core.errors import InvalidInput

MAX_QUESTION = 1000
MAX_TOKENS = 4096

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp"})
"""Categories of characters that show nothing by themselves, such as a space of no width."""


def make_ask(
    text: str,
    *,
    max_tokens: int = 512,
    app: str | None = None,
    collection: str | None = None,
    conversation_id: str | None = None,
) -> RunRequest:
    """Return the request that a question is. Raises InvalidInput that says what is wrong and what is accepted."""
    if not 1 <= max_tokens <= MAX_TOKENS:
        raise InvalidInput(f"max_tokens is {max_tokens}.", hint=f"Give a number from 1 to {MAX_TOKENS}.")
    return RunRequest(
        app=app,
        input={"question": clean_question(text)},
        max_tokens=max_tokens,
        collection=collection,
        conversation_id=conversation_id,
    )


def clean_question(text: str) -> str:
    """Return the text without control characters and lone surrogates.

    Raises InvalidInput when it is too long or nothing is left.
    """
    if len(text) > MAX_QUESTION:
        raise InvalidInput(
            f"The question has {len(text)} characters.", hint=f"Ask in at most {MAX_QUESTION}."
        )
    cleaned = unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).strip()
    if all(unicodedata.category(character) in _UNSEEN for character in cleaned):
        raise InvalidInput("The question is empty.", hint=f"Ask something in 1 to {MAX_QUESTION} characters.")
    return cleaned
