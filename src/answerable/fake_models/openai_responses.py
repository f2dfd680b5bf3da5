"""OpenAI responses: `POST /v1/responses`, https://platform.openai.com/docs/api-reference/responses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from answerable.fake_models.answers import get_id, split_pieces
from answerable.fake_models.exchange import CREATED, BadRequestError, Image, Json, Prompt, Reply, Tool, Wire
from answerable.fake_models.frames import event_frame
from answerable.fake_models.images import read_data_url
from answerable.fake_models.openai_chat import error


def read(body: Json) -> Prompt:
    items = body.get("input")
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    if not isinstance(items, list) or not items:
        raise BadRequestError("'input' must be a text or a list with at least one item.")
    texts = [str(body.get("instructions") or "")]
    images: list[Image] = []
    said, results = list[str](), list[str]()
    for item in items:
        parts = _parts(item.get("content"))
        text = "\n".join(part["text"] for part in parts if "text" in part)
        texts.append(text)
        images.extend(read_data_url(part["image_url"]) for part in parts if part.get("type") == "input_image")
        if item.get("type") == "function_call_output":
            results.append(str(item.get("output")))
        elif item.get("role") == "user":
            said.append(text)
            results = []
    return Prompt(
        model=str(body.get("model", "")),
        text="\n".join([*texts, *results]),
        said=tuple(said),
        images=tuple(images),
        tools=_read_tools(body),
        tool_results=tuple(results),
        schema=((body.get("text") or {}).get("format") or {}).get("schema"),
        max_tokens=body.get("max_output_tokens"),
        stream=bool(body.get("stream")),
    )


def _parts(content: Any) -> Sequence[Json]:
    return [{"type": "input_text", "text": content}] if isinstance(content, str) else content or []


def _read_tools(body: Json) -> tuple[Tool, ...]:
    if body.get("tool_choice") == "none":
        return ()
    return tuple(
        Tool(tool["name"], tool.get("description") or "", tool.get("parameters") or {})
        for tool in body.get("tools") or ()
        if tool.get("type") == "function"
    )


def whole(prompt: Prompt, reply: Reply) -> Json:
    return _response(prompt, reply) | _ending(reply) | {"output": [_item(prompt, reply, "completed")]}


def frames(prompt: Prompt, reply: Reply) -> Iterator[bytes]:
    numbers = count()

    def frame(kind: str, **fields: Any) -> bytes:
        return event_frame({"type": kind, "sequence_number": next(numbers)} | fields)

    yield frame("response.created", response=_response(prompt, reply))
    yield frame("response.in_progress", response=_response(prompt, reply))
    yield frame("response.output_item.added", output_index=0, item=_item(prompt, reply, "in_progress"))
    yield from (frame(kind, output_index=0, **fields) for kind, fields in _item_events(prompt, reply))
    yield frame("response.output_item.done", output_index=0, item=_item(prompt, reply, "completed"))
    yield frame("response.incomplete" if reply.cut else "response.completed", response=whole(prompt, reply))


def _item_events(prompt: Prompt, reply: Reply) -> Iterator[tuple[str, Json]]:
    """Yield what happens inside the one output item: a call's arguments, or a text in pieces."""
    item_id = _item_id(prompt, reply)
    if reply.tool_call is not None:
        arguments = json.dumps(reply.tool_call.arguments)
        for piece in split_pieces(arguments):
            yield "response.function_call_arguments.delta", {"item_id": item_id, "delta": piece}
        done = {"item_id": item_id, "name": reply.tool_call.name, "arguments": arguments}
        yield "response.function_call_arguments.done", done
        return
    place = {"item_id": item_id, "content_index": 0}
    yield "response.content_part.added", place | {"part": _text_part("")}
    for piece in split_pieces(reply.text):
        yield "response.output_text.delta", place | {"delta": piece, "logprobs": []}
    yield "response.output_text.done", place | {"text": reply.text, "logprobs": []}
    yield "response.content_part.done", place | {"part": _text_part(reply.text)}


def _response(prompt: Prompt, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"resp_{get_id(prompt)}",
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": reply.model,
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
    }


def _ending(reply: Reply) -> dict[str, Any]:
    usage = {
        "input_tokens": reply.input_tokens,
        "input_tokens_details": {
            "cached_tokens": reply.cached_tokens,
            "cache_write_tokens": reply.cache_write_tokens,
        },
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }
    if reply.cut:
        return {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "usage": usage}
    return {"status": "completed", "usage": usage}


def _item(prompt: Prompt, reply: Reply, status: str) -> Json:
    done = status == "completed"
    head = {"id": _item_id(prompt, reply), "status": status}
    if reply.tool_call is not None:
        call = {"call_id": reply.tool_call.id, "name": reply.tool_call.name}
        arguments = json.dumps(reply.tool_call.arguments) if done else ""
        return head | {"type": "function_call", "arguments": arguments} | call
    content = [_text_part(reply.text)] if done else []
    return head | {"type": "message", "role": "assistant", "content": content}


def _text_part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item_id(prompt: Prompt, reply: Reply) -> str:
    return f"{'msg' if reply.tool_call is None else 'fc'}_{get_id(prompt)}"


WIRE = Wire(path="/v1/responses", read=read, whole=whole, frames=frames, error=error)
