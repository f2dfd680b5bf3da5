"""What the target cost."""

from __future__ import annotations

from answerable.evaluation.evaluators.measured import Measure, make_kind
from answerable.evaluation.types import Output

_VERSION = 1


def _read_cost(output: Output) -> float | None:
    """Return nothing where the price is unknown: that is not free."""
    return None if output.cost_usd is None else float(output.cost_usd)


KIND = make_kind(
    "cost",
    _VERSION,
    (Measure("cost_usd", "USD", "US dollars for an output", _read_cost),),
    summary="US dollars for an output, where prices are known",
)
