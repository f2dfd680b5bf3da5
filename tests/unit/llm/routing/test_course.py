"""Which model is asked when, and how long each may take: on a clock of its own, with models that follow a script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answerable.core.errors import (
    AnswerableError,
    DeadlineExceeded,
    InvalidInput,
    SetupError,
    Unavailable,
    UpstreamFailed,
)
from answerable.llm.routing.types import CallPlan
from answerable.llm.types import Attempt, ChatRequest, ChatResult, TextDelta
from tests.unit.llm.routing.fleets import REQUEST, Scripted, TripError

UNWATCHED = replace(REQUEST, stream=False)
TWO_TIERS = CallPlan((("p:a",), ("p:b",)), attempts=4)


async def answer(scripted: Scripted, plan: CallPlan, request: ChatRequest = REQUEST) -> ChatResult:
    last = [event async for event in scripted.fleet.route(plan).stream(request)][-1]
    assert isinstance(last, ChatResult)
    return last


async def fail(
    scripted: Scripted, plan: CallPlan, request: ChatRequest = REQUEST
) -> tuple[str, AnswerableError]:
    said = ""
    with pytest.raises(AnswerableError) as caught:
        async for event in scripted.fleet.route(plan).stream(request):
            assert isinstance(event, TextDelta)
            said += event.text
    return said, caught.value


def told(result: ChatResult | AnswerableError) -> list[tuple[str, str | None]]:
    attempts = [attempt for attempt in result.attempts if isinstance(attempt, Attempt)]
    return [(attempt.model, attempt.code) for attempt in attempts]


async def test_tries_again_with_doubling_waits_then_asks_the_next_tier() -> None:
    scripted = Scripted(a=[[TripError()]], b=[["hello"]])
    result = await answer(scripted, TWO_TIERS)

    assert (result.text, result.model) == ("hello", "p:b")
    assert told(result) == [("p:a", "upstream_failed")] * 4 + [("p:b", None)]
    assert scripted.sleeps == [0.25, 0.5, 1.0]
    assert [round(attempt.start_ms) for attempt in result.attempts] == [0, 250, 750, 1750, 1750]


async def test_what_the_plan_does_not_retry_goes_on_at_once() -> None:
    plan = replace(TWO_TIERS, retry=("timeout",))
    scripted = Scripted(a=[[TripError("server_error")]], b=[["hello"]])

    assert told(await answer(scripted, plan)) == [("p:a", "upstream_failed"), ("p:b", None)]
    assert scripted.sleeps == []


async def test_equals_are_asked_before_anybody_waits() -> None:
    scripted = Scripted(a=[[TripError()], ["late"]], b=[[TripError()]], draw=lambda: 0.0)
    result = await answer(scripted, CallPlan((("p:a", "p:b"),)))

    assert told(result) == [("p:a", "upstream_failed"), ("p:b", "upstream_failed"), ("p:a", None)]
    assert scripted.sleeps == [0.0]


async def test_a_long_retry_after_is_waited_for_only_where_nobody_else_is_ready() -> None:
    limited = TripError("rate_limit", retry_after=5.0)
    alone = Scripted(a=[[limited], ["hello"]])
    assert (await answer(alone, CallPlan((("p:a",),)))).text == "hello"
    assert alone.sleeps == [5.25]

    helped = Scripted(a=[[limited]], b=[["hello"]])
    assert told(await answer(helped, TWO_TIERS)) == [("p:a", "unavailable"), ("p:b", None)]
    assert helped.sleeps == []


@pytest.mark.parametrize("request_", [REQUEST, UNWATCHED], ids=["streamed", "whole"])
async def test_a_silent_model_leaves_half_of_the_time_to_the_next(request_: ChatRequest) -> None:
    scripted = Scripted(a=[[100.0]], b=[[10.0, "hello"]])
    result = await answer(scripted, TWO_TIERS, request_)

    assert result.text == "hello"
    assert [round(attempt.duration_ms) for attempt in result.attempts] == [15_000, 10_000]


async def test_an_attempt_deadline_bounds_each_try() -> None:
    plan = replace(TWO_TIERS, attempts=2, attempt_deadline=4.0)
    scripted = Scripted(a=[[100.0]], b=[["hello"]])
    result = await answer(scripted, plan)

    assert [round(attempt.duration_ms) for attempt in result.attempts] == [4000, 4000, 0]
    assert scripted.models["p:a"].deadlines == [4.0, 4.0]


async def test_a_stream_that_has_begun_may_use_all_of_the_time() -> None:
    scripted = Scripted(a=[["one ", 20.0, "two"]], b=[["no"]])

    assert (await answer(scripted, TWO_TIERS)).text == "one two"


async def test_after_the_first_token_there_is_no_other_try() -> None:
    scripted = Scripted(a=[["half an", TripError()]], b=[["hello"]])
    said, error = await fail(scripted, TWO_TIERS)

    assert (said, error.code, error.detail) == ("half an", "upstream_failed", "p:a tripped.")
    assert told(error) == [("p:a", "upstream_failed")]


async def test_the_deadline_of_the_call_is_its_end() -> None:
    scripted = Scripted(a=[[100.0]], b=[[100.0]])
    _, error = await fail(scripted, TWO_TIERS)

    assert isinstance(error, DeadlineExceeded)
    assert error.detail == ("None of 2 models answered. p:a tripped. p:b did not finish within 30 s.")
    assert scripted.clock.monotonic() == 1030.0


async def test_the_error_of_the_only_model_is_its_own() -> None:
    _, error = await fail(Scripted(a=[[100.0]]), CallPlan((("p:a",),)))

    assert isinstance(error, DeadlineExceeded)
    assert error.detail == "p:a did not finish within 30 s."


async def test_the_error_of_many_names_them_all_and_the_shortest_wait() -> None:
    scripted = Scripted(
        a=[[TripError(None)]], b=[[TripError("rate_limit", 40.0)]], c=[[TripError("rate_limit", 35.0)]]
    )
    _, error = await fail(scripted, CallPlan((("p:a",), ("p:b",), ("p:c",))))

    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after) == ("all_models_failed", 35.0)
    assert error.detail == "None of 3 models answered. p:a tripped. p:b tripped. p:c tripped."


async def test_a_request_that_a_model_cannot_take_is_tried_with_the_next() -> None:
    blind = InvalidInput("p:a takes no images.")
    assert (await answer(Scripted(a=[[blind]], b=[["hello"]]), TWO_TIERS)).model == "p:b"

    _, error = await fail(Scripted(a=[[blind]], b=[[InvalidInput("nor does p:b")]]), TWO_TIERS)
    assert error is blind
    assert len(error.attempts) == 2


async def test_a_resting_model_is_skipped_at_once_and_probed_later() -> None:
    scripted = Scripted(a=[[TripError()]] * 8 + [["well again"]], b=[["hello"]])
    for _ in range(2):
        await answer(scripted, TWO_TIERS)
    skipped = await answer(scripted, TWO_TIERS)
    assert told(skipped) == [("p:a", "circuit_open"), ("p:b", None)]
    assert "rests for 2 s more" in str(skipped.attempts[0].detail)

    scripted.clock.advance(2.0)
    assert told(await answer(scripted, TWO_TIERS)) == [("p:a", None)]


async def test_when_all_rest_the_caller_is_told_how_long() -> None:
    scripted = Scripted(a=[[TripError()]])
    plan = CallPlan((("p:a",),))
    for _ in range(2):
        await fail(scripted, plan)
    asked = len(scripted.models["p:a"].deadlines)
    _, error = await fail(scripted, plan)

    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after) == ("circuit_open", 2.0)
    assert "Last: p:a tripped." in error.detail
    assert len(scripted.models["p:a"].deadlines) == asked


async def test_what_the_request_itself_is_refused_for_rests_nobody() -> None:
    rejected = UpstreamFailed("no", code="upstream_rejected")
    scripted = Scripted(a=[[rejected]])
    for _ in range(20):
        await fail(scripted, CallPlan((("p:a",),)))

    assert scripted.fleet.list_status()[0].breaker == "closed"


async def test_calls_are_spread_over_equals() -> None:
    draws = iter([0.0, 0.99] * 5)
    scripted = Scripted(a=[["hello"]], b=[["hello"]], draw=lambda: next(draws))
    for _ in range(10):
        await answer(scripted, CallPlan((("p:a", "p:b"),)))

    assert [status.requests for status in scripted.fleet.list_status()] == [5, 5]


async def test_the_busier_equal_is_left_alone() -> None:
    scripted = Scripted(a=[["one", "two"]], b=[["hello"]], draw=lambda: 0.0)
    plan = CallPlan((("p:a", "p:b"),))
    first = scripted.fleet.route(plan).stream(REQUEST)
    assert await anext(first) == TextDelta("one")
    assert (await answer(scripted, plan)).model == "p:b"
    await first.aclose()

    assert (await answer(scripted, plan)).model == "p:a"
    assert [status.in_flight for status in scripted.fleet.list_status()] == [0, 0]


async def test_an_equal_that_just_failed_does_not_pass_for_idle() -> None:
    scripted = Scripted(a=[[TripError()], ["hello"]], b=[["hello"]], draw=lambda: 0.0)
    plan = CallPlan((("p:a", "p:b"),))
    assert told(await answer(scripted, plan)) == [("p:a", "upstream_failed"), ("p:b", None)]
    assert (await answer(scripted, plan)).model == "p:b"

    scripted.clock.advance(2.0)
    assert (await answer(scripted, plan)).model == "p:a"


async def test_a_model_without_settings_fails_only_when_its_turn_comes() -> None:
    scripted = Scripted(a=[["hello"]], unusable="p:b")
    result = await answer(scripted, CallPlan((("p:b",), ("p:a",))))
    assert told(result) == [("p:b", "setup_error"), ("p:a", None)]
    with pytest.raises(SetupError, match="no key"):
        scripted.fleet.route(CallPlan((("p:b",),)))


async def test_the_status_counts_what_happened() -> None:
    scripted = Scripted(a=[[1.0, "one ", 2.0, "two"], [TripError(None)]])
    plan = CallPlan((("p:a",),))
    await answer(scripted, plan)
    await fail(scripted, plan)
    (status,) = scripted.fleet.list_status()

    assert (status.requests, status.in_flight, dict(status.errors)) == (2, 0, {"upstream_failed": 1})
    assert (status.first_token.p50_ms, status.total.p95_ms) == (1000.0, 3000.0)
    assert (status.input_tokens, status.output_tokens, str(status.spend_usd), status.unpriced) == (
        1,
        1,
        "0.5",
        0,
    )
    assert (status.error_rate, status.last_error) == (0.5, "p:a tripped.")
