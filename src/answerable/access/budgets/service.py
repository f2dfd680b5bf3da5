"""Budgets: a request passes while what is used, and what those under way will use, is below every limit.

Counting is in memory and on one event loop, so it needs no lock and no I/O. What was settled is written as increments,
and what other servers wrote is read, twice a second. What that leaves open:

- a server that is killed loses what was settled since its last write, half a second of it, and what was under way;
- servers see each other's spending that much later, so together they may exceed a limit by what the others let
  through in that time and have under way.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Final

from answerable.access.budgets import store
from answerable.access.budgets.book import Book
from answerable.access.budgets.counters import Counter, Flight, compute_share
from answerable.access.budgets.estimates import Estimator
from answerable.access.budgets.problems import exhausted, is_used_up
from answerable.access.budgets.reservations import Reservation
from answerable.access.budgets.rules import Rules
from answerable.access.budgets.syncing import UsageSync
from answerable.access.budgets.types import Budget, BudgetStatus, Estimate, Spend, Spender, State
from answerable.core.clock import Clock
from answerable.db.database import Connection, Database

_log = logging.getLogger(__name__)

_INTERVAL: Final = 0.5
_NOTHING: Final = Estimate()


class BudgetService:
    """Counts requests, tokens and money a day, and says no when a budget is used up.

    One event loop only. `opened` keeps the counts in the database; without it they are the process's own.
    """

    def __init__(
        self, database: Database, budgets: Sequence[Budget], *, clock: Clock, interval: float = _INTERVAL
    ) -> None:
        self._clock = clock
        self._rules = Rules(budgets)
        self._book = Book(self._rules, today=clock.now().date())
        self._sync = UsageSync(database, self._book, interval=interval, on_read=self._warn)
        self._estimators: dict[str, Estimator] = {}

    def reserve(self, spender: Spender, estimate: Estimate = _NOTHING) -> Reservation:
        """Let a request begin. `estimate` is what it may use, for an app whose first calls are still under way.

        Raises RateLimited (`budget_exhausted`) with the seconds to midnight UTC; while only requests under way stand
        against it, with one second.
        """
        now, monotonic = self._clock.now(), self._clock.monotonic()
        counters = self._book.find(spender, now.date())
        self._sync.note_asked(counters)
        for counter in counters:
            budget = counter.find_exhausted(monotonic)
            if budget is not None:
                raise exhausted(budget, counter, now=now, resets_at=_midnight(now))
        estimator = self._estimators.setdefault(spender.app, Estimator())
        flight = Flight(monotonic, estimator, estimate, estimator.expect(0.0, estimate))
        for counter in counters:
            counter.open(flight)
        return Reservation(counters, flight, self._settled)

    async def delete_of_user(self, tx: Connection, user: str) -> int:
        """Delete what a user used of budgets; return on how many days. The day's budget of the user begins anew."""
        return await store.delete_user(tx, user)

    def status(self, *, limit: int = 200) -> list[BudgetStatus]:
        """Return how every budget stands today, the fullest first."""
        now = self._clock.now()
        self._book.turn(now.date())
        held = [
            _describe(budget, counter.title, counter.used, len(counter.flights), now)
            for counter in self._book
            for budget in counter.budgets
        ]
        counted = {status.budget for status in held}
        unused = [
            _describe(budget, budget.match, Spend(), 0, now)
            for budget in self._rules.budgets
            if budget not in counted
        ]
        return sorted([*held, *unused], key=lambda status: (-status.share, status.budget.title))[:limit]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Read the day's counts, keep them in step with the database, and write the rest at the end.

        Raises Unavailable when they cannot be read.
        """
        async with self._sync.opened():
            yield

    async def flush(self) -> None:
        """Return when everything settled so far is written. Raises Unavailable."""
        await self._sync.run()

    def _settled(self, counters: Sequence[Counter], flight: Flight, spent: Spend) -> None:
        flight.estimator.learn(self._clock.monotonic() - flight.started, spent.tokens, float(spent.usd))
        self._sync.note_settled(counters)
        for counter in counters:
            self._warn(counter)

    def _warn(self, counter: Counter) -> None:
        """Log once a day that a budget comes to its end."""
        for budget in counter.budgets:
            share = compute_share(budget, counter.used)
            if share >= budget.warn_at and budget not in counter.warned:
                counter.warned.add(budget)
                _log.warning(
                    "The budget %r of %r is used to %d %%.", budget.title, counter.title, 100 * share
                )


def _describe(budget: Budget, name: str, used: Spend, in_flight: int, now: datetime) -> BudgetStatus:
    share = compute_share(budget, used)
    state: State = "exhausted" if is_used_up(budget, used) else "warning" if share >= budget.warn_at else "ok"
    return BudgetStatus(budget, name, used, in_flight, share, state, _midnight(now))


def _midnight(now: datetime) -> datetime:
    """Return the end of the day, UTC."""
    return datetime.combine(now.date() + timedelta(days=1), time(), UTC)
