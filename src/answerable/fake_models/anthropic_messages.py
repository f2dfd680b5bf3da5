"""Anthropic messages: `POST /v1/messages`, https://docs.anthropic.com/en/api/messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from answerable.fake_models.answers import get_id, split_pieces
from answerable.fake_models.exchange import BadRequestError, Image, Json, Prompt, Reply, Tool, Wire
from answerable.fake_models.frames import event_frame
from answerable.fake_models.images import read_base64


def read(body: Json) -> Prompt:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("'messages' must be a list with at least one message.")
    if not isinstance(body.get("max_tokens"), int):
        raise BadRequestError("max_tokens: Field required")
    texts = [_text_of(_blocks(body.get("system") or ""))]
    images: list[Image] = []
    said, results = list[str](), list[str]()
    for message in messages:
        blocks = _blocks(message.get("content"))
        text = _text_of(blocks)
        texts.append(text)
        images.extend(_read_images(blocks))
        results.extend(
            _text_of(_blocks(b.get("content") or "")) for b in blocks if b.get("type") == "tool_result"
        )
        if message.get("role") == "user" and text:
            said.append(text)
    return Prompt(
        model=str(body.get("model", "")),
        text="\n".join([*texts, *results]),
        said=tuple(said),
        images=tuple(images),
        tools=_read_tools(body),
        tool_results=tuple(results),
        schema=_read_schema(body),
        max_tokens=body["max_tokens"],
        stream=bool(body.get("stream")),
    )


def _blocks(content: Any) -> Sequence[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def _text_of(blocks: Sequence[Json]) -> str:
    return "\n".join(block["text"] for block in blocks if block.get("type") == "text")


def _read_images(blocks: Sequence[Json]) -> Iterator[Image]:
    for block in blocks:
        if block.get("type") != "image":
            continue
        source = block["source"]
        if source.get("type") == "base64":
            yield read_base64(source["media_type"], source["data"])
        else:
            yield Image(media_type="", data=b"")


def _read_tools(body: Json) -> tuple[Tool, ...]:
    if (body.get("tool_choice") or {}).get("type") == "none":
        return ()
    return tuple(
        Tool(tool["name"], tool.get("description") or "", tool["input_schema"])
        for tool in body.get("tools") or ()
        if "input_schema" in tool
    )


def _read_schema(body: Json) -> Json | None:
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return wanted.get("schema")


def whole(prompt: Prompt, reply: Reply) -> Json:
    content: list[Json] = [{"type": "text", "text": reply.text}] if reply.text else []
    if reply.tool_call is not None:
        content.append(_tool_use(reply) | {"input": reply.tool_call.arguments})
    return _message(prompt, reply) | {"content": content, "stop_reason": _stop_reason(reply)}


def frames(prompt: Prompt, reply: Reply) -> Iterator[bytes]:
    yield event_frame({"type": "message_start", "message": _message(prompt, reply)})
    yield event_frame({"type": "ping"})
    if reply.text or reply.tool_call is not None:
        yield from _block_frames(reply)
    delta = {"stop_reason": _stop_reason(reply), "stop_sequence": None}
    usage = {"output_tokens": reply.output_tokens}
    yield event_frame({"type": "message_delta", "delta": delta, "usage": usage})
    yield event_frame({"type": "message_stop"})


def _block_frames(reply: Reply) -> Iterator[bytes]:
    if reply.tool_call is None:
        block: Json = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in split_pieces(reply.text)]
    else:
        block = _tool_use(reply)
        pieces = split_pieces(json.dumps(reply.tool_call.arguments))
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    yield event_frame({"type": "content_block_start", "index": 0, "content_block": block})
    for delta in deltas:
        yield event_frame({"type": "content_block_delta", "index": 0, "delta": delta})
    yield event_frame({"type": "content_block_stop", "index": 0})


def error(status: int, message: str) -> Json:
    kind = {400: "invalid_request_error", 429: "rate_limit_error"}.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}}


def _message(prompt: Prompt, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"msg_{get_id(prompt)}",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(reply),
    }


def _usage(reply: Reply) -> Json:
    """Return the tokens; unlike elsewhere, those read from and written to the cache stand beside the input."""
    return {
        "input_tokens": reply.input_tokens - reply.cached_tokens - reply.cache_write_tokens,
        "cache_read_input_tokens": reply.cached_tokens,
        "cache_creation_input_tokens": reply.cache_write_tokens,
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"thinking_tokens": reply.reasoning_tokens},
    }


def _tool_use(reply: Reply) -> dict[str, Any]:
    assert reply.tool_call is not None
    return {"type": "tool_use", "id": reply.tool_call.id, "name": reply.tool_call.name, "input": {}}


def _stop_reason(reply: Reply) -> str:
    if reply.tool_call is not None:
        return "tool_use"
    return "max_tokens" if reply.cut else "end_turn"


WIRE = Wire(path="/v1/messages", read=read, whole=whole, frames=frames, error=error)
