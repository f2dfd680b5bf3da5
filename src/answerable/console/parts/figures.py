"""Numbers as the pages write them. What nobody knows is called unknown, never shown as 0."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

_SMALLEST = Decimal("0.000001")


def format_cost(cost: Decimal | None) -> str:
    """Return a price in US dollars; None is one that is not known."""
    if cost is None:
        return "price unknown"
    if cost == 0:
        return "free"
    if cost < _SMALLEST:
        return "under $0.000001"
    cost = round(cost, 6)
    if cost >= 1:
        return f"${cost:,.2f}"
    digits = f"{cost:.6f}".partition(".")[2].rstrip("0")
    return f"$0.{digits:0<2}"


def format_sum(cost: Decimal, *, unknown: int) -> str:
    """Return what runs cost together, `unknown` of which nobody can price."""
    if not unknown:
        return format_cost(cost)
    known = f"{format_cost(cost)} and " if cost else ""
    return f"{known}{format_count(unknown, 'run')} of unknown price"


def format_duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def format_step(milliseconds: float) -> str:
    """Return how long a step took, to the microsecond: most steps of a run are shorter than a millisecond."""
    if 0 < milliseconds < 1:
        return f"{max(1, milliseconds * 1000):.0f} µs"
    return f"{milliseconds:.1f} ms" if 0 < milliseconds < 10 else format_duration(milliseconds)


def format_count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_moment(at: datetime) -> str:
    """Return a moment to the minute, as the table of documents has it."""
    return f"{at:%d %b %Y, %H:%M}"
