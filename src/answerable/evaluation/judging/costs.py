"""What judges cost, also when they fail: an error says it, for whoever adds up what a run spends."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeVar

from answerable.evaluation.judging.types import Vote

_FREE: Final = Decimal(0)

ErrorT = TypeVar("ErrorT", bound=BaseException)


def add_costs(votes: Iterable[Vote]) -> Decimal | None:
    """Return what votes cost together."""
    return sum_costs(vote.cost_usd for vote in votes)


def sum_costs(costs: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of costs; one that is unknown makes the whole unknown."""
    total = _FREE
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return total


def find_cost(error: BaseException) -> Decimal | None:
    """Return what a failed call cost as far as its error knows; one that broke off counts as nothing."""
    bill = getattr(error, "bill", None)
    cost: Decimal | None = getattr(error if bill is None else bill, "cost_usd", _FREE)
    return cost


def with_cost(error: ErrorT, cost_usd: Decimal | None) -> ErrorT:
    """Return the error with what everything that ended in it cost; `find_cost` finds it there."""
    error.bill = None  # type: ignore[attr-defined]
    error.cost_usd = cost_usd  # type: ignore[attr-defined]
    return error
