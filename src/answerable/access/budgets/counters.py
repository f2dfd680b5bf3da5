"""The count of one key, app or user on one day, and the requests of it that are under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from answerable.access.budgets.estimates import Estimator
from answerable.access.budgets.types import Budget, Estimate, Scope, Spend

_CLOSE: Final = 3.0
"""Calls in flight are looked at one by one only where three times what they were expected to use could matter."""


@dataclass(slots=True, eq=False)
class Flight:
    """A request under way. `expected` is what it was thought to use at its start; `started` is monotonic seconds."""

    started: float
    estimator: Estimator
    fallback: Estimate
    expected: Estimate

    def expect(self, now: float) -> Estimate:
        return self.estimator.expect(now - self.started, self.fallback)


@dataclass(slots=True, eq=False)
class Counter:
    """What is used: `stored` stands in the database (of all servers), `writing` is on its way, `pending` is not."""

    scope: Scope
    name: str
    day: date
    budgets: Sequence[Budget] = ()
    title: str = ""
    stored: Spend = field(default_factory=Spend)
    writing: Spend = field(default_factory=Spend)
    pending: Spend = field(default_factory=Spend)
    flights: set[Flight] = field(default_factory=set)
    warned: set[Budget] = field(default_factory=set)
    _expected_tokens: float = 0.0
    _expected_usd: float = 0.0

    @property
    def key(self) -> tuple[date, Scope, str]:
        return self.day, self.scope, self.name

    @property
    def used(self) -> Spend:
        return self.stored + self.writing + self.pending

    @property
    def idle(self) -> bool:
        """Whether nothing would be lost with it: the database knows all that it knows."""
        return not (self.flights or self.pending or self.writing)

    def open(self, flight: Flight) -> None:
        self.flights.add(flight)
        self._expected_tokens += flight.expected.tokens
        self._expected_usd += flight.expected.usd

    def close(self, flight: Flight, spent: Spend) -> None:
        self.flights.discard(flight)
        if self.flights:
            self._expected_tokens -= flight.expected.tokens
            self._expected_usd -= flight.expected.usd
        else:
            self._expected_tokens = self._expected_usd = 0.0
        if spent:
            self.pending += spent

    def find_exhausted(self, now: float) -> Budget | None:
        """Return a budget that leaves no room for one more request, with what those under way will use."""
        if not self.budgets:
            return None
        used = self.used
        return next((budget for budget in self.budgets if not self._has_room(budget, used, now)), None)

    def _has_room(self, budget: Budget, used: Spend, now: float) -> bool:
        if budget.requests is not None and used.requests + len(self.flights) >= budget.requests:
            return False
        tokens = None if budget.tokens is None else budget.tokens - used.tokens
        usd = None if budget.usd is None else float(budget.usd - used.usd)
        if _all_positive(tokens, usd, _CLOSE * self._expected_tokens, _CLOSE * self._expected_usd):
            return True
        expected = [flight.expect(now) for flight in self.flights]
        return _all_positive(tokens, usd, sum(e.tokens for e in expected), sum(e.usd for e in expected))


def _all_positive(tokens: float | None, usd: float | None, fewer_tokens: float, less_usd: float) -> bool:
    """Whether something is left of both limits after so much less; None is no limit."""
    return (tokens is None or tokens > fewer_tokens) and (usd is None or usd > less_usd)


def compute_share(budget: Budget, used: Spend) -> float:
    """Return the part of the tightest limit that is used; 1 or more is all of it."""
    pairs: list[tuple[int | Decimal, int | Decimal | None]] = [
        (used.requests, budget.requests),
        (used.tokens, budget.tokens),
        (used.usd, budget.usd),
    ]
    return max(float(part / limit) if limit else 1.0 for part, limit in pairs if limit is not None)
