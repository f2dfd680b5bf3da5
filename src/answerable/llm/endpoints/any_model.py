"""Every model that Pydantic AI knows, with words, images and JSON output."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior
from pydantic_ai.messages import FinishReason, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.batch import BatchRequest
from pydantic_ai.settings import ModelSettings

from answerable.core.errors import InvalidInput, SetupError
from answerable.llm.conversion import to_messages, to_settings, to_usage
from answerable.llm.endpoints.fingerprinting import FINGERPRINT
from answerable.llm.endpoints.reading import ArgumentsReading, JsonReading, Reading, TextReading
from answerable.llm.endpoints.types import Ending, Reply
from answerable.llm.structured import choose_mode, clear_rejection, to_parameters
from answerable.llm.types import ChatRequest

_ENDINGS: Mapping[FinishReason, Ending] = {
    "stop": "stop",
    "tool_call": "stop",
    "length": "length",
    "content_filter": "content_filter",
}


class AnyModelEndpoint:
    """Implements `answerable.llm.endpoints.types.Endpoint`. `name` is the model's as a variant names it."""

    def __init__(self, name: str, model: Model) -> None:
        self._name = name
        self._model = model

    async def ask(self, request: ChatRequest) -> Reply:
        settings, parameters, reading = self._prepare(request)
        with self._sorted_errors(request):
            response = await model_request(
                self._model,
                to_messages(request.messages),
                model_settings=settings,
                model_request_parameters=parameters,
            )
        return _to_reply(response, reading.read(response))

    @asynccontextmanager
    async def open(self, request: ChatRequest) -> AsyncGenerator[AsyncIterator[str | Reply]]:
        settings, parameters, reading = self._prepare(request)
        opening = model_request_stream(
            self._model,
            to_messages(request.messages),
            model_settings=settings,
            model_request_parameters=parameters,
        )
        with self._sorted_errors(request):
            async with opening as streamed:
                yield _read(streamed, reading)

    def to_batch_request(self, id: str, request: ChatRequest) -> BatchRequest:
        """Return the request for a provider's batch API. Raises as `ask` does before it asks."""
        settings, parameters, _ = self._prepare(request)
        return BatchRequest(
            custom_id=id,
            messages=to_messages(request.messages),
            model_settings=settings,
            model_request_parameters=parameters or ModelRequestParameters(),
        )

    def read(self, request: ChatRequest, response: ModelResponse) -> Reply:
        """Return what a response to this request says, however it was got."""
        _, _, reading = self._prepare(request)
        return _to_reply(response, reading.read(response))

    def _prepare(self, request: ChatRequest) -> tuple[ModelSettings, ModelRequestParameters | None, Reading]:
        """Return what Pydantic AI needs for a request. Raises SetupError and InvalidInput for what cannot be."""
        profile = self._model.profile
        if any(message.images for message in request.messages) and not profile.get(
            "supports_image_input", True
        ):
            raise SetupError(
                f"{self._name} does not take images.",
                hint="Choose a model that sees.",
                code="images_unsupported",
            )
        if request.stop and "stop_sequences" in self._model.unsupported_settings:
            raise InvalidInput(f"{self._name} does not take stop sequences.", code="stop_unsupported")
        settings = to_settings(request, profile, system=self._model.system)
        if request.output is None:
            return settings, None, TextReading()
        mode = choose_mode(request.output, profile, self._name)
        reading = ArgumentsReading() if mode == "tool" else JsonReading()
        return settings, to_parameters(request.output, mode), reading

    @contextmanager
    def _sorted_errors(self, request: ChatRequest) -> Iterator[None]:
        """Name a rejected schema, and give an answer that is not one the same class whoever notices."""
        try:
            with clear_rejection(request, self._name):
                yield
        except UnexpectedModelBehavior as error:
            raise ModelAPIError(self._model.model_name, error.message) from error


async def _read(streamed: StreamedResponse, reading: Reading) -> AsyncIterator[str | Reply]:
    """Yield the text of each event, and last the reply; the text of the reply is what was yielded."""
    pieces: list[str] = []
    async for event in streamed:
        pieces.append(piece := reading.feed(event))
        yield piece
    pieces.append(piece := reading.finish())
    yield piece
    yield _to_reply(streamed.get(), "".join(pieces))


def _to_reply(response: ModelResponse, text: str) -> Reply:
    reason = response.finish_reason
    ending = None if reason is None else _ENDINGS.get(reason, "other")
    fingerprint = (response.provider_details or {}).get(FINGERPRINT)
    return Reply(text, ending, to_usage(response.usage), response.model_name, fingerprint)
