"""OpenAI chat completions: `POST /v1/chat/completions`, https://platform.openai.com/docs/api-reference/chat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from answerable.fake_models.answers import get_id, split_pieces
from answerable.fake_models.exchange import (
    ANY_OBJECT,
    CREATED,
    BadRequestError,
    Image,
    Json,
    Prompt,
    Reply,
    Tool,
    Wire,
)
from answerable.fake_models.frames import data_frame
from answerable.fake_models.images import read_data_url


def read(body: Json) -> Prompt:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("'messages' must be a list with at least one message.")
    texts: list[str] = []
    images: list[Image] = []
    said, results = list[str](), list[str]()
    for message in messages:
        text = _read_content(message.get("content"), images)
        texts.append(text)
        if message.get("role") == "user":
            said.append(text)
            results = []
        elif message.get("role") == "tool":
            results.append(text)
    return Prompt(
        model=str(body.get("model", "")),
        text="\n".join(texts),
        said=tuple(said),
        images=tuple(images),
        tools=_read_tools(body),
        tool_results=tuple(results),
        schema=_read_schema(body),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        stream=bool(body.get("stream")),
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
    )


def _read_content(content: Any, images: list[Image]) -> str:
    """Return the text of a message's content, and add its images to `images`."""
    if content is None or isinstance(content, str):
        return content or ""
    images.extend(
        read_data_url(part["image_url"]["url"]) for part in content if part.get("type") == "image_url"
    )
    return "\n".join(part["text"] for part in content if part.get("type") == "text")


def _read_tools(body: Json) -> tuple[Tool, ...]:
    if body.get("tool_choice") == "none":
        return ()
    functions = [tool["function"] for tool in body.get("tools") or () if tool.get("type") == "function"]
    return tuple(
        Tool(function["name"], function.get("description") or "", function.get("parameters") or {})
        for function in functions
    )


def _read_schema(body: Json) -> Json | None:
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_object":
        return ANY_OBJECT
    return (wanted.get("json_schema") or {}).get("schema")


def whole(prompt: Prompt, reply: Reply) -> Json:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
    if reply.tool_call is not None:
        arguments = json.dumps(reply.tool_call.arguments)
        message |= {"content": None, "tool_calls": [_tool_call(reply, arguments)]}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish_reason(reply)}
    return _head(prompt, reply, "chat.completion") | {"choices": [choice], "usage": _usage(reply)}


def frames(prompt: Prompt, reply: Reply) -> Iterator[bytes]:
    head = _head(prompt, reply, "chat.completion.chunk")

    def chunk(delta: Json, finish_reason: str | None = None) -> bytes:
        return data_frame(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})

    yield chunk({"role": "assistant", "content": ""})
    if reply.tool_call is not None:
        yield chunk({"tool_calls": [{"index": 0} | _tool_call(reply, "")]})
        for piece in split_pieces(json.dumps(reply.tool_call.arguments)):
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    for piece in split_pieces(reply.text):
        yield chunk({"content": piece})
    yield chunk({}, _finish_reason(reply))
    if prompt.include_usage:
        yield data_frame(head | {"choices": [], "usage": _usage(reply)})
    yield b"data: [DONE]\n\n"


def error(status: int, message: str) -> Json:
    kind = {400: "invalid_request_error", 429: "rate_limit_exceeded"}.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def _head(prompt: Prompt, reply: Reply, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{get_id(prompt)}",
        "object": kind,
        "created": CREATED,
        "model": reply.model,
        "system_fingerprint": reply.fingerprint,
    }


def _tool_call(reply: Reply, arguments: str) -> dict[str, Any]:
    assert reply.tool_call is not None
    function = {"name": reply.tool_call.name, "arguments": arguments}
    return {"id": reply.tool_call.id, "type": "function", "function": function}


def _finish_reason(reply: Reply) -> str:
    if reply.tool_call is not None:
        return "tool_calls"
    return "length" if reply.cut else "stop"


def _usage(reply: Reply) -> Json:
    return {
        "prompt_tokens": reply.input_tokens,
        "prompt_tokens_details": {
            "cached_tokens": reply.cached_tokens,
            "cache_write_tokens": reply.cache_write_tokens,
        },
        "completion_tokens": reply.output_tokens,
        "completion_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }


WIRE = Wire(path="/v1/chat/completions", read=read, whole=whole, frames=frames, error=error)
