"""A chat model of a provider: streaming, deadline, retries, tokens and price around a Pydantic AI model."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AsyncExitStack, aclosing
from typing import Literal, TypeVar

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import FinishReason, ModelResponse
from pydantic_ai.models import Model

from answerable.core.errors import AnswerableError
from answerable.llm.attempts import Attempts, out_of_time
from answerable.llm.conversion import get_text, to_messages, to_settings, to_usage
from answerable.llm.failures import BrokenOffError, SilenceError, empty_answer, translate
from answerable.llm.policy import CallPolicy, Deadline
from answerable.llm.prices import PriceList
from answerable.llm.types import ChatRequest, ChatResult, TextDelta

T = TypeVar("T")

_FINISH_REASONS: dict[FinishReason, Literal["stop", "length", "content_filter"]] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
}


class ProviderChatModel:
    """Implements `answerable.llm.types.ChatModel`.

    Retries only before the first token: text that a user has seen is never said twice. Waits for the provider
    run under the deadline; the time that the consumer takes between two tokens counts, but does not interrupt
    it.
    """

    def __init__(self, name: str, model: Model, *, prices: PriceList, policy: CallPolicy) -> None:
        self.name = name
        self._model = model
        self._prices = prices
        self._policy = policy

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult]:
        """Yield the text as it comes and, last, the result. See the protocol for errors."""
        deadline = Deadline(self._policy.clock, request.deadline)
        attempts = Attempts(self.name, self._policy, deadline)
        begun = False
        while True:
            try:
                async with aclosing(self._attempt(request, deadline, attempts.made)) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except AnswerableError:
                raise
            except Exception as error:
                if begun:
                    raise translate(error, self.name) from error
                await attempts.wait(error)

    async def _attempt(
        self, request: ChatRequest, deadline: Deadline, made: int
    ) -> AsyncGenerator[TextDelta | ChatResult]:
        """Make one request. The result comes only when the provider said that its message is complete."""
        if not request.stream:
            response = await self._request(request, deadline)
            result = self._result(request, response, response.text or "", made)
            yield TextDelta(result.text)
            yield result
            return
        pieces: list[str] = []
        async with AsyncExitStack() as stack:
            opening = model_request_stream(
                self._model, to_messages(request.messages), model_settings=to_settings(request)
            )
            limit = self._policy.first_token
            streamed = await self._wait(stack.enter_async_context(opening), deadline, limit)
            events = aiter(streamed)
            while (event := await self._wait(anext(events, None), deadline, limit)) is not None:
                text = get_text(event)
                if text:
                    limit = self._policy.stall
                    pieces.append(text)
                    yield TextDelta(text)
        yield self._result(request, streamed.get(), "".join(pieces), made)

    async def _request(self, request: ChatRequest, deadline: Deadline) -> ModelResponse:
        """Ask for the answer in one piece; silence until then is no sign of anything."""
        answer = model_request(
            self._model, to_messages(request.messages), model_settings=to_settings(request)
        )
        return await self._wait(answer, deadline, math.inf)

    async def _wait(self, awaitable: Awaitable[T], deadline: Deadline, limit: float) -> T:
        """Wait for the provider, no longer than the deadline and the bound on silence allow."""
        left = deadline.left()
        try:
            async with asyncio.timeout(min(limit, left)):
                return await awaitable
        except TimeoutError as error:
            # Which of the two ran out was decided before the wait: the loop's clock may wake a hair too early.
            if left <= limit:
                raise out_of_time(self.name, deadline) from error
            raise SilenceError(limit) from error

    def _result(self, request: ChatRequest, response: ModelResponse, text: str, made: int) -> ChatResult:
        """Return the end of a complete answer. Raises BrokenOffError and UpstreamFailed for another."""
        reason = response.finish_reason
        if reason is None:
            raise BrokenOffError
        if not text.strip():
            raise empty_answer(self.name, reason)
        usage = to_usage(request, response, text)
        return ChatResult(
            text=text,
            model=self.name,
            usage=usage,
            cost_usd=self._prices.find_cost(self._model.model_name, usage),
            finish_reason=_FINISH_REASONS.get(reason, "other"),
            response_model=response.model_name,
            attempts=made,
        )
