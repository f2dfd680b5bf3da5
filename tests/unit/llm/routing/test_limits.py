from __future__ import annotations

import asyncio

import pytest

from answerable.core.errors import Unavailable
from answerable.llm.routing.limits import ConcurrencyLimit


async def test_slots_go_round_in_the_order_of_asking() -> None:
    limit = ConcurrencyLimit("p", 2)
    order: list[int] = []

    async def call(number: int) -> None:
        await limit.acquire(5)
        order.append(number)
        await asyncio.sleep(0)
        limit.release()

    await asyncio.gather(*(call(number) for number in range(4)))
    assert order == [0, 1, 2, 3]


async def test_as_many_may_wait_as_may_run_and_the_next_is_refused_at_once() -> None:
    limit = ConcurrencyLimit("p", 1)
    await limit.acquire(5)
    waiting = asyncio.create_task(limit.acquire(5))
    await asyncio.sleep(0)
    assert (limit.is_full(), limit.waiting) == (True, 1)
    with pytest.raises(Unavailable, match="'p' has 1 calls in flight and 1 waiting") as caught:
        await limit.acquire(5)
    assert caught.value.code == "provider_busy"
    assert "concurrency" in str(caught.value.hint)

    limit.release()
    await waiting
    assert limit.waiting == 0


async def test_a_wait_ends_and_leaves_the_slot_to_others() -> None:
    limit = ConcurrencyLimit("p", 1)
    await limit.acquire(5)
    with pytest.raises(Unavailable):
        await limit.acquire(0.01)
    cancelled = asyncio.create_task(limit.acquire(5))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled

    limit.release()
    await limit.acquire(0.01)
    assert limit.waiting == 0
