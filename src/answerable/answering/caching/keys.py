"""Under what an answer is kept: everything that could have made it another one."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from answerable import __version__
from answerable.answering.runs import Work
from answerable.llm.types import Image, Message, OutputSchema

_FORMAT: Final = 1
"""To be raised when an old entry must not be served any more although nothing of its key changed."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What a `rag` app looks into: an index, and the generation that each write raises.

    `collection` is followed by the name of the index where a variant names one: `docs/short`. Each has its answers.
    """

    collection: str
    index_id: int
    generation: int

    @property
    def version(self) -> str:
        return f"{self.index_id}:{self.generation}"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a like question is looked for: `scope` is the key without the question, `least` the smallest cosine."""

    scope: bytes
    question: str
    least: float


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The SHA-256 of all that decides the answer, and what the cache keeps beside it. `seconds` is its time to live."""

    digest: bytes
    app: str
    seconds: int
    index: IndexState | None = None
    likeness: Likeness | None = None


def make_key(work: Work, *, index: IndexState | None = None, models: str = "") -> CacheKey | None:
    """Return the key of a request, or None when its answer is not to be cached.

    `index` is what the app searches, read before the search: a write after that makes a new generation, so an answer
    can only be kept under a state older than its sources, where nobody looks any more. `models` says what the
    variant's model names stand for here (addresses, options), so that another provider behind a name is another key.
    What leans on a stored conversation has no key: deleting the conversation would leave its answers here.
    """
    content, request = work.variant.content, work.request
    asks_for_variety = bool(request.temperature) and request.seed is None
    if not content.cache.exact or asks_for_variety or work.history:
        return None
    question = _find_question(work) if content.kind == "rag" else None
    given = {name: value for name, value in request.input.items() if question is None or name != "question"}
    surroundings = {
        "format": [_FORMAT, __version__],
        "app": work.variant.app,
        "variant": [work.variant.name, work.variant.hash],
        "models": models,
        "index": None if index is None else [index.collection, index.version],
        "groups": None if work.caller.groups is None else sorted(work.caller.groups),
        "input": given,
        "messages": request.messages if question is None else request.messages[:-1],
        "output": request.output,
        "max_tokens": request.max_tokens or content.max_tokens,
        "temperature": content.temperature if request.temperature is None else request.temperature,
        "sampling": [request.top_p, request.stop, request.seed],
    }
    try:
        scope = _digest(surroundings)
    except TypeError:  # a value that no JSON has: nothing says when two of them are the same
        return None
    if question is None:
        return CacheKey(scope, work.variant.app, content.cache.seconds, index)
    least = content.cache.semantic
    likeness = None if least is None else Likeness(scope, question, least)
    return CacheKey(_digest([scope, question]), work.variant.app, content.cache.seconds, index, likeness)


def _find_question(work: Work) -> str | None:
    """Return the question, spaces evened out; None when there is none, which is for the runner to say."""
    question = work.request.input.get("question")
    if question is None and work.request.messages:
        question = work.request.messages[-1].content
    return " ".join(unicodedata.normalize("NFC", question).split()) if isinstance(question, str) else None


def _digest(value: Any) -> bytes:
    text = json.dumps(_even(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _even(value: Any) -> Any:
    """Return the value as JSON in which what means the same looks the same. Raises TypeError for what has no JSON.

    Spaces inside a text stay: in code, tables and logs they mean something.
    """
    if isinstance(value, str):
        text = value if value.isascii() else unicodedata.normalize("NFC", value)
        return (
            text.replace("\r\n", "\n").strip()
            if "\r" in text or text[:1].isspace() or text[-1:].isspace()
            else text
        )
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Mapping):
        return {str(name): _even(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_even(entry) for entry in value]
    if isinstance(value, Image):
        return {"image": value.media_type, **_even(value.data)}
    if isinstance(value, Message):
        return [value.role, _even(value.content), _even(value.images)]
    if isinstance(value, OutputSchema):
        return [value.name, value.mode, _even(value.schema)]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(type(value).__name__)
