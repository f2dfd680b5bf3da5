"""How many examples a rule needs, and how many more would decide it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from answerable.evaluation.statistics.paired import Comparison, Differences
from answerable.evaluation.statistics.power import (
    get_examples_needed,
    get_examples_without_loss,
    get_power,
)

_MOST: Final = 1_000_000
"""Nobody writes more examples than that: no number is said then."""
_LEAST_SHARE: Final = 0.1
"""An open rule that should be decided by now was unlucky: then it takes this share more, to begin with."""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """`power`: the chance that a candidate just as good passes with these examples; `needed`: how many it takes for the
    power asked for, None where no number does; `more`: about how many more decide, going by what was seen."""

    power: float
    needed: int | None
    more: int | None


def plan_examples(
    differences: Differences, comparison: Comparison, *, alpha: float, power: float, to_fail: float
) -> SampleSize:
    """Return the sizes. `to_fail` is the difference that a candidate must be shown to be below to fail."""
    spread, margin = differences.spread, differences.mean_margin
    least = 1
    if differences.reach is not None and comparison.method != "bootstrap":
        least = get_examples_without_loss(margin / differences.reach, alpha=alpha)
    needed = get_examples_needed(spread=spread, distance=margin, alpha=alpha, power=power)
    to_pass = get_examples_needed(spread=spread, distance=comparison.mean + margin, alpha=alpha, power=power)
    failing = get_examples_needed(spread=spread, distance=to_fail - comparison.mean, alpha=alpha, power=power)
    ways = [*([] if to_pass is None else [max(to_pass, least)]), *([] if failing is None else [failing])]
    chance = get_power(comparison.effective_n, spread=spread, distance=margin, alpha=alpha)
    return SampleSize(
        power=chance if comparison.effective_n >= least else 0.0,
        needed=None if needed is None else _bound(max(needed, least)),
        more=_count_more(min(ways), comparison) if ways else None,
    )


def _count_more(wanted: int, comparison: Comparison) -> int | None:
    in_all = math.ceil(wanted * comparison.n / comparison.effective_n)
    more = max(in_all - comparison.n, math.ceil(_LEAST_SHARE * comparison.n))
    return _bound(more)


def _bound(count: int) -> int | None:
    return count if count <= _MOST else None
