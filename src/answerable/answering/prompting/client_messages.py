"""What an OpenAI client sends, mapped onto a `prompt` app. All of the mapping is here.

- The app declares a text: the last user message fills its one required text, or else its only text; a choice out of a
  list is none. The images of that message fill the declared images in order. The messages before it are the history.
  System messages of the client are left out: the prompt of such an app is its own.
- The app declares no input: the last user message goes to the model as it is, after the app's system prompt, and the
  client's system messages follow that one as a second system message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from answerable.answering.prompting.inputs import Declared, clean_text
from answerable.core.errors import InvalidInput
from answerable.llm.types import Image, Message


@dataclass(frozen=True, slots=True)
class Mapped:
    """`input` are values of declared fields. `question` is sent as it is; without one the prompt's is rendered."""

    input: dict[str, Any] = field(default_factory=dict)
    system: str = ""
    history: tuple[Message, ...] = ()
    question: Message | None = None


def map_messages(declared: Declared, messages: Sequence[Message]) -> Mapped:
    """Return what the messages mean to an app that declares these fields. Raises InvalidInput."""
    if messages[-1].role != "user":
        raise InvalidInput(
            f"The last message is of the role {messages[-1].role!r}.", hint="End with a message of the user."
        )
    messages = [_clean(message) for message in messages]
    last = messages[-1]
    history = tuple(message for message in messages[:-1] if message.role != "system")
    if not declared:
        system = "\n\n".join(message.content for message in messages if message.role == "system")
        return Mapped(system=system, history=history, question=last)
    return Mapped(input=_fill_input(declared, last), history=history)


def _clean(message: Message) -> Message:
    content = clean_text(message.content)
    return message if content == message.content else replace(message, content=content)


def _fill_input(declared: Declared, message: Message) -> dict[str, Any]:
    filled: dict[str, Any] = dict(_fill_images(declared, message.images))
    name = _find_text_field(declared)
    if name is not None:
        filled[name] = message.content
    elif message.content.strip():
        raise InvalidInput(
            "This app takes no text, or more than one, and a chat message is one.",
            hint="Send its fields by name to POST /v1/apps/NAME/run.",
            code="needs_fields",
        )
    return filled


def _fill_images(declared: Declared, images: Sequence[Image]) -> list[tuple[str, Image]]:
    names = [name for name, field in declared.items() if field.type == "image"]
    if len(images) > len(names):
        raise InvalidInput(
            f"The message has {len(images)} images, and this app takes {len(names)}.",
            hint="Send no more images than the app declares.",
        )
    return list(zip(names, images, strict=False))


def _find_text_field(declared: Declared) -> str | None:
    texts = [name for name, field in declared.items() if field.type == "string" and field.enum is None]
    required = [name for name in texts if declared[name].required and declared[name].default is None]
    for names in (required, texts):
        if len(names) == 1:
            return names[0]
    return None
