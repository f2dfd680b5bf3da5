"""Prices as the command line shows them."""

from __future__ import annotations

from decimal import Decimal


def show_price(cost_usd: Decimal | None) -> str:
    """Return what a call cost; an unknown price is never shown as nothing."""
    if cost_usd is None:
        return "price unknown"
    return f"${cost_usd:.6f}" if cost_usd else "free"
