"""What other tools call input and output, in our words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from answerable.datasets.types import Turn

_NOT_IN_TAGS: Final = re.compile(r"[^\w.:@/-]+")
_ROLES: Final[dict[str, Literal["user", "assistant"]]] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
}


def read_input(value: Any) -> tuple[dict[str, Any], tuple[Turn, ...]]:
    """Return an app's variables and what was said before: a text is the question, the last of messages too."""
    if isinstance(value, Mapping) and set(value) == {"messages"}:
        value = value["messages"]
    if isinstance(value, Mapping):
        return dict(value), ()
    turns = _read_messages(value)
    if turns and turns[-1].role == "user":
        return {"question": turns[-1].text}, tuple(turns[:-1])
    return ({} if value is None else {"question" if isinstance(value, str) else "input": value}), ()


def read_expected(value: Any) -> Any:
    """Return what is expected: of an object that holds one text alone, or of a message, the text; of several messages
    that of the last one."""
    if isinstance(value, Mapping):
        if set(value) == {"messages"}:
            turns = _read_messages(value["messages"])
            return turns[-1].text if turns and turns[-1].role == "assistant" else value
        if set(value) == {"role", "content"} and isinstance(value["content"], str):
            return value["content"]
        if len(value) == 1 and isinstance(next(iter(value.values())), str):
            return next(iter(value.values()))
    return value


def read_json_or_text(text: str) -> Any:
    """Return the JSON object, list or quoted text that a cell holds, or the cell as it is."""
    if text[:1] in {"{", "[", '"'}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def read_metadata(value: Any) -> dict[str, Any]:
    """Return an object as it is; anything else stands under `value`."""
    if value is None or value == "":
        return {}
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def to_tag(text: str) -> str:
    """Return a text with what a tag cannot hold as `_`."""
    return _NOT_IN_TAGS.sub("_", text.strip())[:60]


def _read_messages(value: Any) -> Sequence[Turn]:
    """Return messages of a chat as turns, or nothing when it is something else. What a system says is left out."""
    if not isinstance(value, list):
        return ()
    turns = []
    for message in value:
        if not isinstance(message, Mapping) or not isinstance(message.get("content"), str):
            return ()
        role = str(message.get("role"))
        if role in _ROLES:
            turns.append(Turn(_ROLES[role], message["content"]))
        elif role != "system":
            return ()
    return turns
