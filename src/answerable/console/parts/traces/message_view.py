"""The messages of one model call, as they went and as they came."""

from __future__ import annotations

from typing import Final

from answerable.console.elements import Button, Tag
from answerable.console.parts.traces.messages import ModelCall, SentMessage

_TITLES: Final = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def build_messages(call: ModelCall) -> None:
    with Tag("div", "", "messages"):
        for message in call.sent:
            _build_message(message)
        for message in call.received:
            _build_message(message, received=True)


def _build_message(message: SentMessage, *, received: bool = False) -> None:
    role = message.role if message.role in _TITLES else "other"
    title = _TITLES.get(role, message.role or "Message")
    text = "\n".join(part.text for part in message.parts if part.kind == "text")
    with Tag("article", "", f"message is-{role}", aria_label=title):
        with Tag("header", "", "message-head"):
            Tag("span", f"{title}, as it came back" if received else title, "message-role")
            Tag("span", f"{len(text):,} characters", "quiet")
            Button("Copy", "copy", icon="copy", data_copy=text)
        with Tag("div", "", "message-text", tabindex="0", role="region", aria_label=f"Text: {title}"):
            for part in message.parts:
                told = part.kind == "text"
                Tag(
                    "div",
                    part.text if told else f"[{part.kind}: {part.text}]",
                    "" if told else "message-part",
                )
