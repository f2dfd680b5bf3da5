"""What a caller is told whose budget is used up."""

from __future__ import annotations

from datetime import datetime

from answerable.access.budgets.counters import Counter
from answerable.access.budgets.types import Budget, Spend
from answerable.core.errors import RateLimited

CODE = "budget_exhausted"

_SOON = 1.0
"""Seconds after which to come again while only requests under way stand against a budget."""


def exhausted(budget: Budget, counter: Counter, *, now: datetime, resets_at: datetime) -> RateLimited:
    """Return the error: which budget, how much of it is used, and when it can be tried again."""
    whose = "everything together" if budget.scope == "all" else f"the {budget.scope} {counter.title!r}"
    used = _list_used(budget, counter.used)
    waiting = len(counter.flights)
    if is_used_up(budget, counter.used):
        return RateLimited(
            f"The day's budget of {whose} is used up: {used}.",
            code=CODE,
            retry_after=(resets_at - now).total_seconds(),
            hint=f"It starts again at {resets_at:%Y-%m-%dT%H:%MZ}; an operator can raise it in [[budgets]].",
        )
    return RateLimited(
        f"The day's budget of {whose} is nearly used up: {used}, and"
        f" {'one request' if waiting == 1 else f'{waiting} requests'} under way may use the rest.",
        code=CODE,
        retry_after=_SOON,
        hint="Try again when they are done, or ask an operator to raise it in [[budgets]].",
    )


def is_used_up(budget: Budget, used: Spend) -> bool:
    """Whether one of the limits is reached."""
    return (
        (budget.requests is not None and used.requests >= budget.requests)
        or (budget.tokens is not None and used.tokens >= budget.tokens)
        or (budget.usd is not None and used.usd >= budget.usd)
    )


def _list_used(budget: Budget, used: Spend) -> str:
    parts = []
    if budget.requests is not None:
        parts.append(f"{used.requests} of {budget.requests} requests")
    if budget.tokens is not None:
        parts.append(f"{used.tokens} of {budget.tokens} tokens")
    if budget.usd is not None:
        parts.append(f"{used.usd:.4f} of {budget.usd} US dollars")
    return ", ".join(parts)
