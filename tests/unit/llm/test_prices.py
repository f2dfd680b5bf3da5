from __future__ import annotations

from decimal import Decimal

from answerable.llm.prices import PriceList
from answerable.llm.providers.types import Price
from answerable.llm.types import Usage

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
