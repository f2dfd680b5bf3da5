"""One call of one chat model: streaming, bounds on time, tokens and price around an endpoint."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AsyncExitStack
from typing import TypeVar

from pydantic_ai.models import Model

from answerable.core.clock import Clock, SystemClock
from answerable.llm.endpoints.any_model import AnyModelEndpoint
from answerable.llm.endpoints.plain import find_plain_endpoint, is_plain
from answerable.llm.endpoints.types import Endpoint, Reply
from answerable.llm.failures import BrokenOffError, SilenceError, empty_answer, endless_answer, find_ours
from answerable.llm.policy import Deadline, out_of_time
from answerable.llm.prices import PriceList
from answerable.llm.tokens import estimate_tokens
from answerable.llm.types import ChatRequest, ChatResult, TextDelta, Usage

T = TypeVar("T")

_LONGEST_TOKEN = 64
"""Characters. Text that is longer than `max_tokens` of this length comes from a server that does not count."""


class ProviderChatModel:
    """Makes exactly one attempt at one model of a provider; `llm/routing` makes a reliable call of it.

    Waits for the provider run under the request's deadline; the time that the consumer takes between two tokens
    counts, but does not interrupt it.
    """

    def __init__(self, name: str, model: Model, *, prices: PriceList, clock: Clock | None = None) -> None:
        self.name = name
        self._model_name = model.model_name
        self._general = AnyModelEndpoint(name, model)
        self._plain = find_plain_endpoint(model)
        self._prices = prices
        self._clock = clock or SystemClock()

    async def stream(
        self, request: ChatRequest, *, first_token: float = 60.0, stall: float = 30.0
    ) -> AsyncGenerator[TextDelta | ChatResult]:
        """Yield the text as it comes and, last, the result. What came in one read comes in one piece.

        `first_token` bounds the wait for the first token and `stall` the silence after it, in seconds. Raises
        SilenceError, BrokenOffError and what Pydantic AI raises, for `llm/failures.py` to classify;
        DeadlineExceeded when the request's time is used up, UpstreamFailed for an answer without text, and
        InvalidInput or SetupError for a request that this model cannot serve.
        """
        deadline = Deadline(self._clock, request.deadline)
        endpoint: Endpoint = self._plain if self._plain and is_plain(request) else self._general
        if not request.stream:
            # Silence until the whole is there is no sign of anything.
            reply = await self._wait(endpoint.ask(request), deadline, math.inf)
            result = self._result(request, reply)
            yield TextDelta(result.text)
            yield result
            return
        limit, room = first_token, request.max_tokens * _LONGEST_TOKEN
        async with AsyncExitStack() as stack:
            opening = stack.enter_async_context(endpoint.open(request))
            pieces = await self._wait(opening, deadline, limit)
            while not isinstance(piece := await self._wait(anext(pieces), deadline, limit), Reply):
                if not piece:
                    continue
                limit, room = stall, room - len(piece)
                if room < 0:
                    raise endless_answer(self.name)
                yield TextDelta(piece)
        yield self._result(request, piece)

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
        except Exception as error:
            ours = find_ours(error)
            if ours is None:
                raise
            raise ours from error

    def _result(self, request: ChatRequest, reply: Reply) -> ChatResult:
        """Return the end of a complete answer. Raises BrokenOffError and UpstreamFailed for another."""
        if reply.ending is None:
            raise BrokenOffError
        if not reply.text.strip():
            raise empty_answer(self.name, reply.ending)
        usage = reply.usage or _estimate(request, reply.text)
        return ChatResult(
            text=reply.text,
            model=self.name,
            usage=usage,
            cost_usd=self._prices.find_cost(self._model_name, usage),
            finish_reason=reply.ending,
            response_model=reply.model,
            fingerprint=reply.fingerprint,
        )


def _estimate(request: ChatRequest, text: str) -> Usage:
    """Return about how many tokens a call took, where the provider does not count (`llm/tokens.py`)."""
    asked = sum(estimate_tokens(message.content) for message in request.messages)
    return Usage(input_tokens=asked, output_tokens=estimate_tokens(text))
