"""What a run uses is counted however its calls end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest

from answerable.answering.metering import Meter, MeteredCall, MeteredModel
from answerable.core.errors import UpstreamFailed
from answerable.llm.types import Attempt, ChatRequest, ChatResult, Image, Message, TextDelta, Usage

REQUEST = ChatRequest(messages=(Message("system", "x" * 40), Message("user", "y" * 40)))  # some 20 tokens
RESULT = ChatResult("said", "mine:big", Usage(100, 7), Decimal("0.5"))


class Model:
    """Says so many words of eight characters, then gives its result or fails."""

    name = "mine:big"

    def __init__(self, words: int, end: ChatResult | Exception) -> None:
        self._words = words
        self._end = end

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        for _ in range(self._words):
            yield TextDelta("wordword")
        if isinstance(self._end, Exception):
            raise self._end
        yield self._end


def find_cost(model: str, usage: Usage) -> Decimal | None:
    price = {"mine:big": Decimal(2), "mine:small": Decimal(1)}.get(model)
    return None if price is None else price * usage.total


async def listen(model: Model, *, parts: int = 99, request: ChatRequest = REQUEST) -> Meter:
    """Hear so many parts of a call, hang up, and return what was counted."""
    meter = Meter()
    heard = MeteredModel(model, meter, find_cost, lambda result: None).stream(request)
    try:
        async for _ in heard:
            parts -= 1
            if not parts:
                break
    except UpstreamFailed:
        pass
    await heard.aclose()
    return meter


async def test_a_whole_answer_counts_what_the_provider_says() -> None:
    meter = await listen(Model(3, RESULT))
    assert (meter.calls, meter.tokens, meter.cost_usd, meter.open) == (1, 107, Decimal("0.5"), 0)


async def test_an_answer_that_its_reader_left_counts_what_was_asked_and_said() -> None:
    meter = await listen(Model(50, RESULT), parts=5)
    assert (meter.calls, meter.tokens, meter.cost_usd) == (1, 20 + 10, Decimal(60))


async def test_pictures_count_with_what_was_asked() -> None:
    seen = ChatRequest(messages=(Message("user", "y" * 40, (Image(b"", "image/png"),)),))
    assert (await listen(Model(5, RESULT), parts=1, request=seen)).tokens == 10 + 1_000 + 2


async def test_half_an_answer_is_priced_as_the_model_that_gave_it() -> None:
    failure = UpstreamFailed("It broke off.")
    failure.attempts = (
        Attempt("mine:big", 0, 1, "upstream_failed"),
        Attempt("mine:small", 1, 1, "upstream_stalled"),
    )
    meter = await listen(Model(4, failure))
    assert (meter.tokens, meter.cost_usd) == (28, Decimal(28))


async def test_a_call_that_failed_before_a_word_counts_as_one_of_unknown_price() -> None:
    failure = UpstreamFailed("It is down.")
    failure.attempts = (Attempt("mine:big", 0, 1, "upstream_failed"),)
    meter = await listen(Model(0, failure))
    assert (meter.calls, meter.tokens, meter.cost_usd) == (1, 0, None)


async def test_a_call_that_was_never_made_counts_nothing() -> None:
    assert (await listen(Model(0, UpstreamFailed("Nobody was asked.")))).calls == 0


async def test_calls_add_up_and_one_unknown_price_makes_the_sum_unknown() -> None:
    meter = Meter()
    for end in (RESULT, RESULT):
        async with MeteredCall(meter, Model(0, end), REQUEST, find_cost) as call:
            assert meter.open == 1
            async for part in call.parts:
                call.hear(part)
    assert (meter.calls, meter.tokens, meter.cost_usd) == (2, 214, Decimal(1))
    meter.add(3, None)
    meter.add(3, Decimal(1))
    assert meter.cost_usd is None


async def test_an_error_of_the_reader_ends_the_call() -> None:
    meter = Meter()
    with pytest.raises(KeyError):
        async with MeteredCall(meter, Model(9, RESULT), REQUEST, find_cost) as call:
            async for part in call.parts:
                call.hear(part)
                raise KeyError
    assert (meter.calls, meter.open) == (1, 0)
