"""Prompts and answers in the form of OpenTelemetry's GenAI conventions: messages with a role and parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerable.llm.types import ChatResult, Message


def to_input_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return the exact prompt. Of an image only type and size are kept."""
    return [
        {"role": message.role, "parts": [*_to_image_parts(message), _to_text_part(message.content)]}
        for message in messages
    ]


def to_output_messages(result: ChatResult) -> list[dict[str, Any]]:
    """Return the model's own words."""
    parts = [_to_text_part(result.text)]
    return [{"role": "assistant", "parts": parts, "finish_reason": result.finish_reason}]


def _to_text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "content": text}


def _to_image_parts(message: Message) -> list[dict[str, Any]]:
    return [
        {"type": "blob", "modality": "image", "mime_type": image.media_type, "bytes": len(image.data)}
        for image in message.images
    ]
