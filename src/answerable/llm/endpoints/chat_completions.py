"""Chat completions by the SDK's client itself, without the layers above it.

For a plain question in words those layers cost more than all the rest of a call: the SDK checks every parameter
against its types and builds an object for every token, and Pydantic AI builds its own from those. Here the client
sends the body as it is and hands over the bytes; the address, the key, the connection pool and the errors stay the
SDK's, and Pydantic AI's own function sorts the errors. Decision 0012 has the measurement. Everything that needs a
model's peculiarities still goes through Pydantic AI: `plain.py` decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, cast

import httpx2
from openai import APIConnectionError, APITimeoutError, AsyncOpenAI, RequestOptions
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.models.openai import OpenAIChatModel

# Not in the package's list of exports, and the one place that knows what each error of each server means.
from pydantic_ai.models.openai._errors import map_api_errors
from pydantic_core import from_json

from answerable.llm.endpoints.completion_text import CompletionText, read_whole
from answerable.llm.endpoints.events import EventReader, parse_event
from answerable.llm.endpoints.types import Reply
from answerable.llm.texts import make_sendable
from answerable.llm.types import ChatRequest

_PATH = "/chat/completions"
_DRAIN_SECONDS = 0.1


class ChatCompletionsEndpoint:
    """Implements `answerable.llm.endpoints.types.Endpoint` for requests that `plain.is_plain` lets through."""

    def __init__(self, model: OpenAIChatModel) -> None:
        self._client: AsyncOpenAI = model.client
        self._name = model.model_name
        self._profile = model.profile
        newer = self._profile.get("openai_chat_supports_max_completion_tokens", True)
        self._max_tokens = "max_completion_tokens" if newer else "max_tokens"

    async def ask(self, request: ChatRequest) -> Reply:
        with self._sorted_errors():
            response = await self._client.post(
                _PATH, cast_to=httpx2.Response, body=self._body(request), options=_to_options(request)
            )
            return read_whole(self._parse(response), self._profile)

    @asynccontextmanager
    async def open(self, request: ChatRequest) -> AsyncGenerator[AsyncIterator[str | Reply]]:
        body = self._body(request) | {"stream": True, "stream_options": {"include_usage": True}}
        with self._sorted_errors():
            response = await self._client.post(
                _PATH, cast_to=httpx2.Response, body=body, options=_to_options(request), stream=True
            )
        chunks = response.aiter_bytes()
        reader = EventReader(chunks)
        try:
            yield self._read(reader, response)
        finally:
            if reader.done:
                await _drain(chunks)
            await response.aclose()

    async def _read(self, reader: EventReader, response: httpx2.Response) -> AsyncIterator[str | Reply]:
        """Yield the text of each read of the connection in one piece, and last the reply."""
        text = CompletionText(self._profile)
        while not reader.done:
            with self._sorted_errors():
                events = await reader.read()
            if events is None:
                break
            piece, failure = self._take(events, text)
            yield piece
            if failure is not None:
                raise failure
        if not reader.seen:
            raise ModelAPIError(self._name, f"Expected a stream of events, got {_get_kind(response)}.")
        yield text.finish()

    def _take(self, events: list[bytes], text: CompletionText) -> tuple[str, ModelAPIError | None]:
        """Return the text of the events, up to the first that is none, and what is wrong with that."""
        pieces: list[str] = []
        try:
            with self._sorted_errors():
                pieces.extend(text.feed(parse_event(event)) for event in events)
        except ModelAPIError as error:
            return "".join(pieces), error
        return "".join(pieces), None

    def _parse(self, response: httpx2.Response) -> dict[str, Any]:
        try:
            return cast("dict[str, Any]", from_json(response.content))
        except ValueError as error:
            kind = _get_kind(response)
            got = "JSON that breaks off or does not parse" if "json" in kind else kind
            raise ModelAPIError(self._name, f"Expected an answer in JSON, got {got}.") from error

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        messages = [
            {"role": message.role, "content": make_sendable(message.content)} for message in request.messages
        ]
        body: dict[str, Any] = {
            "model": self._name,
            "messages": messages,
            self._max_tokens: request.max_tokens,
        }
        optional = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            "stop": list(request.stop) or None,
            "seed": request.seed,
        }
        return body | {name: value for name, value in optional.items() if value is not None}

    @contextmanager
    def _sorted_errors(self) -> Iterator[None]:
        """Raise Pydantic AI's exceptions for the SDK's, for the transport's and for an answer that is not one."""
        with map_api_errors(self._name):
            try:
                yield
            except httpx2.TimeoutException as error:
                raise APITimeoutError(request=error.request) from error
            except httpx2.RequestError as error:
                raise APIConnectionError(request=error.request) from error
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
                # Whatever is missing or of another type, the answer is not what the format says.
                raise ModelAPIError(self._name, f"The answer cannot be read: {error!r}.") from error


def _to_options(request: ChatRequest) -> RequestOptions:
    return {"headers": request.headers} if request.headers else {}


def _get_kind(response: httpx2.Response) -> str:
    return str(response.headers.get("content-type", "no content type"))


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the end of a finished body: only then is the connection used again. Never wait for it for long."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for _ in chunks:
                pass
