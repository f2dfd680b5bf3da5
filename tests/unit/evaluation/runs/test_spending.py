"""Caps: what is under way is reckoned with, and a price that is not known is not taken for nothing."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from answerable.evaluation.runs.spending import CapReached, Spending


async def buy(spending: Spending, cost: Decimal | None) -> None:
    async with spending.room():
        await asyncio.sleep(0)
        spending.add_output(cost)


async def test_without_a_cap_there_is_always_room() -> None:
    spending = Spending(None)
    await asyncio.gather(*(buy(spending, Decimal("100")) for _ in range(5)))
    assert spending.total == Decimal("500")


async def test_a_cap_holds_however_many_buy_at_once() -> None:
    spending = Spending(Decimal("1.00"))
    bought = await asyncio.gather(
        *(buy(spending, Decimal("0.10")) for _ in range(50)), return_exceptions=True
    )
    assert sum(one is None for one in bought) == 10
    assert all(isinstance(one, CapReached) for one in bought if one is not None)
    assert spending.total == Decimal("1.00")


async def test_a_cap_holds_for_prices_that_differ() -> None:
    spending = Spending(Decimal("1.00"))
    prices = [Decimal(f"0.0{1 + 4 * (number % 3 == 0)}") for number in range(100)]
    await asyncio.gather(*(buy(spending, price) for price in prices), return_exceptions=True)
    assert Decimal("0.90") < spending.total <= Decimal("1.00")


@pytest.mark.parametrize(("outputs", "items"), [("0.60", 10), ("0.55", 10), ("0.60", 0)])
async def test_what_was_spent_earlier_counts(outputs: str, items: int) -> None:
    spending = Spending(Decimal("1.00"), outputs=Decimal(outputs), judges=Decimal("0.40"), items=items)
    with pytest.raises(CapReached, match=rf"cap of \$1 has no room for more: \${spending.total}00 are spent"):
        await buy(spending, Decimal("0.10"))


async def test_an_unknown_price_ends_a_run_with_a_cap() -> None:
    spending = Spending(Decimal("1.00"))
    await buy(spending, None)
    with pytest.raises(CapReached, match="unknown"):
        await buy(spending, Decimal(0))


async def test_who_waits_is_let_in_when_others_were_cheaper_than_thought() -> None:
    spending = Spending(Decimal("1.00"))
    async with spending.room():
        waiting = asyncio.create_task(buy(spending, Decimal("0.1")))
        await asyncio.sleep(0)
        assert not waiting.done()
        spending.add_output(Decimal("0.1"))
        spending.add_scores([Decimal("0.05")])
    await waiting
    assert spending.total == Decimal("0.25")
