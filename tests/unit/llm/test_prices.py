from __future__ import annotations

import timeit
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage as PricedUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot

from answerable.llm.prices import PriceList
from answerable.llm.providers.types import Price
from answerable.llm.types import Usage
from tests.fakes.clock import FixedClock

USAGE = Usage(input_tokens=1_000_000, output_tokens=100_000, cached_input_tokens=400_000)


def test_own_prices_count_cached_input_apart() -> None:
    price = Price(input=Decimal("2"), output=Decimal("10"), cached_input=Decimal("0.5"))

    cost = PriceList(own={"mine": price}).find_cost("mine", USAGE)

    assert cost == Decimal("0.6") * 2 + Decimal("0.4") * Decimal("0.5") + Decimal("0.1") * 10


def test_cached_input_costs_as_other_input_unless_said() -> None:
    cost = PriceList(own={"mine": Price(input=Decimal(2), output=Decimal(0))}).find_cost("mine", USAGE)

    assert cost == 2


def test_public_prices_are_found_by_provider_and_model() -> None:
    cost = PriceList(catalogue="openai").find_cost("gpt-4o-mini", Usage(1_000_000, 1_000_000))

    assert cost == Decimal("0.75")


def test_an_own_price_beats_the_public_one() -> None:
    prices = PriceList(catalogue="openai", own={"gpt-4o-mini": Price(Decimal(1), Decimal(1))})

    assert prices.find_cost("gpt-4o-mini", Usage(1_000_000, 1_000_000)) == 2


def test_an_unknown_price_is_none_and_not_zero() -> None:
    assert PriceList(catalogue="openai").find_cost("gpt-of-tomorrow", USAGE) is None
    assert PriceList().find_cost("gpt-4o-mini", USAGE) is None


def test_every_kind_of_token_has_its_own_price_and_is_charged_once() -> None:
    price = Price(
        input=Decimal(1),
        output=Decimal(10),
        cached_input=Decimal("0.1"),
        cache_write=Decimal("1.25"),
        reasoning=Decimal(20),
        image=Decimal(3),
    )
    usage = Usage(
        input_tokens=1_000_000,
        output_tokens=100_000,
        cached_input_tokens=200_000,
        cache_write_tokens=100_000,
        reasoning_tokens=60_000,
        image_tokens=300_000,
    )
    cost = PriceList(own={"mine": price}).find_cost("mine", usage)

    fresh = Decimal("0.4") * 1 + Decimal("0.2") * Decimal("0.1") + Decimal("0.1") * Decimal("1.25")
    assert cost == fresh + Decimal("0.3") * 3 + Decimal("0.04") * 10 + Decimal("0.06") * 20


def test_kinds_without_a_price_of_their_own_cost_as_what_contains_them() -> None:
    prices = PriceList(own={"mine": Price(input=Decimal(1), output=Decimal(10))})
    detailed = Usage(1000, 100, 300, 200, 50, 400)

    assert prices.find_cost("mine", detailed) == prices.find_cost("mine", Usage(1000, 100))


def test_an_image_that_was_cached_is_not_paid_twice() -> None:
    price = Price(input=Decimal(1), output=Decimal(0), cached_input=Decimal("0.5"), image=Decimal(3))
    usage = Usage(input_tokens=1_000_000, cached_input_tokens=900_000, image_tokens=800_000)

    assert PriceList(own={"mine": price}).find_cost("mine", usage) == Decimal("0.75")


def test_embedding_is_priced_by_its_tokens() -> None:
    assert PriceList(catalogue="openai").find_embedding_cost("text-embedding-3-small", 1_000_000) == Decimal(
        "0.02"
    )
    assert PriceList(catalogue="openai").find_embedding_cost("embed-of-tomorrow", 10) is None


def test_answers_of_a_model_with_a_price_for_input_alone_have_no_price() -> None:
    assert PriceList(catalogue="openai").find_cost("text-embedding-3-small", Usage(10, 10)) is None


def test_the_price_is_the_one_in_force_at_the_time_of_the_call() -> None:
    """DeepSeek charged half from 16:30 to 0:30 UTC, and less again later on."""
    clock = FixedClock(datetime(2025, 6, 2, 12, tzinfo=UTC))
    prices = PriceList(catalogue="deepseek", clock=clock)
    usage = Usage(input_tokens=1_000_000)
    day = prices.find_cost("deepseek-chat", usage)
    clock.advance(6 * 3600)
    night = prices.find_cost("deepseek-chat", usage)
    clock.advance(18 * 3600)

    assert day is not None
    assert night is not None
    assert night < day
    assert prices.find_cost("deepseek-chat", usage) == day


@pytest.mark.parametrize(
    "usage",
    [Usage(1000, 100, 300, 200, 50), Usage(300_000, 5000, 1000), Usage(1_000_000), Usage(0, 10)],
    ids=["detailed", "long", "input", "output"],
)
def test_the_arithmetic_is_that_of_genai_prices_for_every_model_it_knows(usage: Usage) -> None:
    now = FixedClock().now()
    compared = 0
    for provider in get_snapshot().providers:
        prices = PriceList(catalogue=provider.id, clock=FixedClock())
        for model in provider.models:
            ours = prices.find_cost(model.id, usage)
            if ours is not None:
                compared += 1
                assert ours == _theirs(usage, model.id, provider.id, now), (provider.id, model.id)
    assert compared > 1500


def _theirs(usage: Usage, model: str, provider: str, now: datetime) -> Decimal:
    counted = PricedUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cached_input_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_reasoning_tokens=usage.reasoning_tokens,
    )
    return calc_price(counted, model, provider_id=provider, genai_request_timestamp=now).total_price


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-of-tomorrow"])
def test_pricing_is_no_work_to_speak_of(model: str) -> None:
    prices = PriceList(catalogue="openai")
    prices.find_cost(model, USAGE)
    best = min(timeit.repeat(lambda: prices.find_cost(model, USAGE), number=200, repeat=20)) / 200

    assert best < 30e-6
