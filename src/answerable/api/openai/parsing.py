"""An OpenAI request as ours. What would change the answer and is not supported is refused, never passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from answerable.answering.types import RunRequest
from answerable.api.openai.errors import BadRequest
from answerable.api.openai.images import LoadImage, load_images
from answerable.api.openai.schemas import (
    ChatBody,
    ImagePartIn,
    JsonObjectFormatIn,
    JsonSchemaFormatIn,
    MessageIn,
    RefusalPartIn,
    TextPartIn,
)
from answerable.llm.texts import make_sendable
from answerable.llm.types import Image, Message, OutputSchema

_MAX_CONVERSATION = 200

CONVERSATION_HEADER = "x-conversation-id"

_ANY_OBJECT = OutputSchema({"type": "object"}, name="json", mode="prompted")
"""`json_object` promises an object and not what is in it, which no provider's strict mode takes."""
_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A field that is not supported, whether this request uses it, and why not."""

    param: str
    used: bool
    reason: str


async def to_run_request(
    body: ChatBody, *, conversation_id: str | None, trace_id: str, load_image: LoadImage
) -> RunRequest:
    """Return the run that is asked for. Raises BadRequest and what `load_images` raises."""
    _refuse_unsupported(body)
    stops = [body.stop] if isinstance(body.stop, str) else body.stop or ()
    return RunRequest(
        app=body.model,
        messages=_to_messages(body.messages, await load_images(body.messages, load_image)),
        max_tokens=body.max_completion_tokens or body.max_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        stop=tuple(make_sendable(stop) for stop in stops if stop),
        seed=body.seed,
        output=_to_output(body),
        conversation_id=_find_conversation(body, conversation_id),
        trace_id=trace_id,
    )


def _refuse_unsupported(body: ChatBody) -> None:
    for refusal in _list_refusals(body):
        if refusal.used:
            raise BadRequest(
                f"{refusal.param} is not supported: {refusal.reason}.",
                param=refusal.param,
                hint="Leave it out.",
                code="unsupported_parameter",
            )


def _list_refusals(body: ChatBody) -> Iterator[_Refusal]:
    yield _Refusal("n", (body.n or 1) != 1, "a request has one answer")
    yield _Refusal("tools", bool(body.tools), "these apps call no tools of the caller")
    yield _Refusal("functions", bool(body.functions), "these apps call no tools of the caller")
    yield _Refusal("logprobs", bool(body.logprobs), "answers come without probabilities")
    yield _Refusal("modalities", bool(set(body.modalities or ()) - {"text"}), "answers are text")
    yield _Refusal("audio", body.audio is not None, "answers are text")
    yield _Refusal(
        "web_search_options", body.web_search_options is not None, "nothing is searched in the web"
    )


def _to_messages(messages: list[MessageIn], images: Mapping[str, Image]) -> tuple[Message, ...]:
    if messages[-1].role != "user":
        raise BadRequest(
            f"The last message is of the role {messages[-1].role}.",
            param=f"messages[{len(messages) - 1}].role",
            hint="Put what is asked last, with the role `user`.",
        )
    return tuple(_to_message(number, message, images) for number, message in enumerate(messages))


def _to_message(number: int, message: MessageIn, images: Mapping[str, Image]) -> Message:
    role = _ROLES.get(message.role)
    if role is None or message.tool_calls:
        raise BadRequest(
            f"messages[{number}] is part of a tool call, which is not supported.",
            param=f"messages[{number}]",
            hint="Leave such turns out.",
            code="unsupported_parameter",
        )
    parts = message.content or []
    if isinstance(parts, str):
        return Message(role, make_sendable(parts))
    shown = [images[part.image_url.url] for part in parts if isinstance(part, ImagePartIn)]
    if shown and role != "user":
        raise BadRequest(
            f"messages[{number}] has an image, and its role is {message.role}.",
            param=f"messages[{number}].content",
            hint="Put images into messages of the user.",
        )
    texts = [_get_text(part) for part in parts if not isinstance(part, ImagePartIn)]
    return Message(role, make_sendable("\n".join(texts)), tuple(shown))


def _get_text(part: TextPartIn | RefusalPartIn) -> str:
    return part.refusal if isinstance(part, RefusalPartIn) else part.text


def _to_output(body: ChatBody) -> OutputSchema | None:
    match body.response_format:
        case JsonSchemaFormatIn(json_schema=wanted):
            _check_encodable(wanted.json_schema)
            return OutputSchema(wanted.json_schema, name=wanted.name)
        case JsonObjectFormatIn():
            return _ANY_OBJECT
        case _:
            return None


def _check_encodable(schema: Mapping[str, Any]) -> None:
    """Raise BadRequest for half of a surrogate pair, which JSON can write and UTF-8 cannot hold."""
    try:
        json.dumps(schema, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadRequest(
            "The schema holds half of a character.", param="response_format.json_schema"
        ) from error


def _find_conversation(body: ChatBody, header: str | None) -> str | None:
    """Return the conversation that `metadata` or else the header names. Raises BadRequest when it is none."""
    named = (body.metadata or {}).get("conversation_id")
    found, param = (named, "metadata.conversation_id") if named is not None else (header, CONVERSATION_HEADER)
    if found is None:
        return None
    if not isinstance(found, str) or not 1 <= len(found) <= _MAX_CONVERSATION or not found.isprintable():
        raise BadRequest(
            f"A conversation is named by 1 to {_MAX_CONVERSATION} printable characters.",
            param=param,
            hint="An id does.",
        )
    return found
