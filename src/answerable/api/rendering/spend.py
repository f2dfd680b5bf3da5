"""Money as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answerable.monitoring.spend import Spend


def render_purposes(spend: Mapping[str, Spend]) -> dict[str, Any]:
    """Return what was spent by purpose, as JSON."""
    return {purpose: render_spend(one) for purpose, one in spend.items()}


def render_spend(spend: Spend) -> dict[str, Any]:
    """Return money as JSON: the sum of what is known, and how many runs have an unknown price."""
    return {"cost_usd": None if spend.usd is None else float(spend.usd), "unpriced": spend.unpriced}
