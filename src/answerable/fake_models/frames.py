"""Frames of server-sent events, as the HTML standard writes them, and JSON as the wire formats want it."""

from __future__ import annotations

import json

from answerable.fake_models.exchange import Json


def dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def data_frame(value: Json) -> bytes:
    """Return a frame with data only, as OpenAI's chat completions stream them."""
    return b"data: " + dump(value) + b"\n\n"


def event_frame(value: Json) -> bytes:
    """Return a frame whose event is named by the value's `type`: Anthropic's way, and OpenAI responses'."""
    return b"event: " + str(value["type"]).encode() + b"\ndata: " + dump(value) + b"\n\n"
