"""Budgets: exact under many callers, durable, shared between servers, and clear about it."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from answerable.access.budgets import store
from answerable.access.budgets.service import BudgetService
from answerable.access.budgets.types import Budget, Estimate, Scope, Spend, Spender
from answerable.core.clock import SystemClock
from answerable.core.errors import RateLimited, Unavailable
from answerable.db.database import Database
from tests.fakes.clock import FixedClock
from tests.integration.lockout import locked_out

ASK = Spender("ask", uuid4(), "shop", "ann")
APP: Scope = "app"
LIMIT = 2_000_000
"""Tokens, 4,000 calls: what 64 calls use that nobody can know beforehand is then some .2 % of it."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def make(database: Database, clock: FixedClock) -> Callable[..., BudgetService]:
    def build(*budgets: Budget) -> BudgetService:
        return BudgetService(database, budgets, clock=clock, interval=0.02)

    return build


async def _spend_in_parallel(service: BudgetService, *, callers: int, seed: int) -> list[int]:
    """Let callers ask until they are refused; a call lasts as long as its tokens take, as with a real model."""
    draw = random.Random(seed)
    spent: list[int] = []

    async def ask_until_refused() -> None:
        while True:
            try:
                reservation = service.reserve(ASK, Estimate(tokens=800))
            except RateLimited:
                return
            tokens = min(4000, int(draw.expovariate(1 / 500)) + 1)
            await asyncio.sleep(tokens / 100_000)
            reservation.settle(tokens=tokens, usd=Decimal(tokens) / 100_000)
            spent.append(tokens)

    await asyncio.gather(*(ask_until_refused() for _ in range(callers)))
    return spent


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "budget",
    [Budget("app", "ask", tokens=LIMIT), Budget("all", usd=Decimal(LIMIT) / 100_000)],
    ids=["tokens", "usd"],
)
async def test_64_callers_together_end_within_one_percent_of_the_limit(
    database: Database, budget: Budget, seed: int
) -> None:
    service = BudgetService(database, [budget], clock=SystemClock(), interval=0.02)
    async with service.opened():
        spent = await _spend_in_parallel(service, callers=64, seed=seed)
    [status] = service.status()
    assert status.used.tokens == sum(spent)
    assert status.used.requests == len(spent)
    assert abs(status.used.tokens - LIMIT) <= LIMIT / 100
    async with database.transaction() as tx:
        row = await (
            await tx.execute("SELECT requests, tokens FROM usage_by_day WHERE scope = 'app'")
        ).fetchone()
    assert row == (len(spent), sum(spent))


async def test_requests_are_counted_exactly(make: Callable[..., BudgetService]) -> None:
    service = make(Budget("key", "shop", requests=100))
    passed = 0

    async def ask() -> None:
        nonlocal passed
        try:
            with service.reserve(ASK) as reservation:
                await asyncio.sleep(0)
                reservation.settle(tokens=1)
                passed += 1
        except RateLimited:
            pass

    await asyncio.gather(*(ask() for _ in range(300)))
    assert passed == 100


async def test_what_is_under_way_finishes_and_the_next_is_refused_until_midnight(
    make: Callable[..., BudgetService], clock: FixedClock
) -> None:
    service = make(Budget("user", tokens=1000))
    under_way = service.reserve(ASK)
    service.reserve(ASK).settle(tokens=1500)
    clock.advance(3600)
    with pytest.raises(RateLimited) as refused:
        service.reserve(ASK)
    assert refused.value.code == "budget_exhausted"
    assert refused.value.retry_after == 23 * 3600
    assert "user 'ann'" in refused.value.detail
    assert "1500 of 1000 tokens" in refused.value.detail
    under_way.settle(tokens=300)
    assert service.status()[0].used.tokens == 1800
    service.reserve(Spender("ask", user="bob")).release()
    clock.advance(23 * 3600)
    service.reserve(ASK).release()


async def test_requests_under_way_hold_their_part_and_give_back_what_they_did_not_use(
    make: Callable[..., BudgetService],
) -> None:
    service = make(Budget("all", tokens=1000))
    held = [service.reserve(ASK, Estimate(tokens=500)) for _ in range(2)]
    with pytest.raises(RateLimited) as refused:
        service.reserve(ASK, Estimate(tokens=500))
    assert refused.value.retry_after == 1.0
    assert "2 requests under way" in refused.value.detail
    held[0].release()
    service.reserve(ASK, Estimate(tokens=500)).release()
    with pytest.raises(RuntimeError), held[1]:
        raise RuntimeError
    assert service.status()[0].in_flight == 0


async def test_a_cheaper_limit_is_found_whoever_it_belongs_to(make: Callable[..., BudgetService]) -> None:
    service = make(Budget("app", "ask", tokens=10_000), Budget("key", usd=Decimal("0.5")))
    service.reserve(ASK).settle(tokens=10, usd=Decimal("0.5"))
    with pytest.raises(RateLimited, match=r"key 'shop'.*0\.5000 of 0\.5 US dollars"):
        service.reserve(ASK)


async def test_an_unknown_price_counts_tokens_and_requests_and_says_so(
    make: Callable[..., BudgetService],
) -> None:
    service = make(Budget("app", usd=Decimal(1)))
    service.reserve(ASK).settle(tokens=400, usd=None)
    [status] = service.status()
    assert status.used == Spend(requests=1, tokens=400, usd=Decimal(0), unpriced=1)


async def test_the_warning_is_logged_once_and_shown(
    make: Callable[..., BudgetService], caplog: pytest.LogCaptureFixture
) -> None:
    service = make(Budget("app", "ask", tokens=1000, warn_at=0.5))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            service.reserve(ASK).settle(tokens=250)
    assert [record.message for record in caplog.records] == ["The budget 'app ask' of 'ask' is used to 50 %."]
    assert service.status()[0].state == "warning"
    service.reserve(ASK).settle(tokens=250)
    assert service.status()[0].state == "exhausted"


async def test_a_budget_nobody_used_is_shown_too(make: Callable[..., BudgetService]) -> None:
    [status] = make(Budget("key", "shop", tokens=5)).status()
    assert (status.name, status.share, status.state) == ("shop", 0.0, "ok")


async def test_a_clock_set_back_over_midnight_counts_all_of_it_on_the_day(
    database: Database, make: Callable[..., BudgetService], clock: FixedClock
) -> None:
    service = make(Budget("app", "ask", requests=3))
    day = timedelta(days=1).total_seconds()
    for step in (day, -day, 0):
        service.reserve(ASK).settle(tokens=100)
        clock.advance(step)
    await service.flush()
    async with database.transaction() as tx:
        today = await store.list_day(tx, clock.now().date(), limit=9)
    assert [(spend.requests, spend.tokens) for (_, scope, _), spend in today.items() if scope == APP] == [
        (2, 200)
    ]
    service.reserve(ASK).settle()
    with pytest.raises(RateLimited, match="3 of 3 requests"):
        service.reserve(ASK)


async def test_usage_outlives_the_process_and_the_day_of_a_request_is_the_one_it_began_in(
    make: Callable[..., BudgetService], clock: FixedClock, database: Database
) -> None:
    first = make(Budget("app", tokens=1000))
    async with first.opened():
        before_midnight = first.reserve(ASK)
        first.reserve(ASK).settle(tokens=600)
        clock.advance(24 * 3600)
        before_midnight.settle(tokens=300)
        assert first.status()[0].used.tokens == 0
        first.reserve(ASK).settle(tokens=100)
    second = make(Budget("app", tokens=1000))
    async with second.opened():
        assert second.status()[0].used.tokens == 100
    yesterday = FixedClock(clock.now() - timedelta(days=1))
    third = BudgetService(database, [Budget("app", tokens=1000)], clock=yesterday)
    async with third.opened():
        assert third.status()[0].used.tokens == 900
        assert third.status()[0].state == "warning"


async def test_two_servers_exceed_a_limit_by_no_more_than_the_other_let_through_between_two_reads(
    make: Callable[..., BudgetService],
) -> None:
    limit, callers, tokens_a_second = 400_000, 8, 100_000
    one, other = make(Budget("all", tokens=limit)), make(Budget("all", tokens=limit))
    async with one.opened(), other.opened():
        spent = await asyncio.gather(
            *(_spend_in_parallel(it, callers=callers, seed=seed) for seed, it in enumerate((one, other)))
        )
        for service in (one, other, one):
            await service.flush()
            with pytest.raises(RateLimited):
                service.reserve(ASK)
        await one.flush()
    total = sum(map(sum, spent))
    assert [service.status()[0].used.tokens for service in (one, other)] == [total, total]
    between_reads = 0.25
    assert limit * 0.99 <= total <= limit + callers * (4000 + between_reads * tokens_a_second)


async def test_a_batch_of_which_nobody_knows_whether_it_was_committed_counts_once(database: Database) -> None:
    writer, key = uuid4(), (date(2026, 1, 1), APP, "ask")
    for batch in (1, 1, 2, 1):
        async with database.transaction() as tx:
            if await store.claim_batch(tx, writer, batch):
                await store.add(tx, [(key, Spend(tokens=10))])
    async with database.transaction() as tx:
        assert await store.read(tx, [key]) == {key: Spend(tokens=20)}


async def test_while_the_database_is_away_counting_goes_on_and_all_of_it_is_written_afterwards(
    postgres: str, conninfo: str, clock: FixedClock
) -> None:
    database = Database(conninfo, wait=0.1)
    await database.open()
    service = BudgetService(database, [Budget("all", tokens=100)], clock=clock, interval=0.02)
    async with service.opened():
        with locked_out(conninfo, postgres):
            service.reserve(ASK).settle(tokens=60)
            with pytest.raises(Unavailable):
                await service.flush()
            service.reserve(ASK).settle(tokens=60)
            with pytest.raises(RateLimited):
                service.reserve(ASK)
    assert service.status()[0].used.tokens == 120
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT tokens FROM usage_by_day WHERE scope = 'all'")).fetchone()
    assert row == (120,)
    await database.close()


def test_a_killed_server_loses_no_more_than_its_last_second(conninfo: str) -> None:
    program = [sys.executable, "-m", "tests.integration.access.budgets.spending_program", conninfo]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        settled = []
        for line in process.stdout:
            settled.append((time.monotonic(), int(line)))
            if settled[-1][0] - settled[0][0] > 3.5:
                process.send_signal(signal.SIGKILL)
                break
    killed = time.monotonic()
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT tokens FROM usage_by_day WHERE scope = 'all'").fetchone()
    assert row is not None
    assert row[0] >= max(
        count for at, count in settled if killed - at > 3.0
    )  # a second, and room for a busy machine
