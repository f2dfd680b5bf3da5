"""From pairs of what a judge and people said to how far they agree: whole, by slice, over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import numpy as np

from answerable.evaluation.judging.calibration.types import (
    Agreement,
    Pair,
    PeriodAgreement,
    Share,
    SliceAgreement,
)
from answerable.evaluation.statistics.intervals import wilson_interval
from answerable.reviews.agreement import kappa
from answerable.reviews.agreement.estimate import Estimate, estimate
from answerable.reviews.agreement.table import Codes, pack

Period = Literal["week", "month"]

_MOST_CATEGORIES: Final = 7
_GRID: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""What graded labels are rounded to when there are more of them than people can tell apart."""
_MOST_SLICES: Final = 50
_LEAST_IN_SLICE: Final = 5
_MOST_WORST: Final = 20


def find_categories(pairs: Iterable[Pair]) -> tuple[float, ...]:
    """Return the values that people told apart, in order; yes and no where they said nothing else."""
    said = sorted({pair.human for pair in pairs})
    if set(said) <= {0.0, 1.0}:
        return (0.0, 1.0)
    return tuple(said) if 2 <= len(said) <= _MOST_CATEGORIES else _GRID


def measure(pairs: Sequence[Pair], categories: Sequence[float], *, seed: int = 0) -> Agreement:
    """Return the agreement on these pairs, one at least. CPU-bound."""
    human, judge = _to_codes(pairs, categories)
    same = int((human == judge).sum())
    interval = wilson_interval(same, len(pairs))
    return Agreement(
        items=len(pairs),
        same=Share(same / len(pairs), interval.low, interval.high, len(pairs)),
        kappa=_estimate_kappa(human, judge, categories, seed=seed),
        balanced_accuracy=_balance(human, judge),
        bias=float(np.mean([pair.judge - pair.human for pair in pairs])),
    )


def count_confusion(pairs: Sequence[Pair], categories: Sequence[float]) -> tuple[tuple[int, ...], ...]:
    """Return how often what was said, people's categories by the judge's."""
    cells = np.zeros((len(categories), len(categories)), dtype=np.int64)
    np.add.at(cells, _to_codes(pairs, categories), 1)
    return tuple(tuple(int(count) for count in row) for row in cells)


def measure_slices(pairs: Sequence[Pair], categories: Sequence[float]) -> tuple[SliceAgreement, ...]:
    """Return the agreement on each slice of five answers or more, the largest first."""
    slices: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        for name in pair.slices:
            slices[name].append(pair)
    large = sorted(
        (name for name, found in slices.items() if len(found) >= _LEAST_IN_SLICE),
        key=lambda name: (-len(slices[name]), name),
    )
    return tuple(SliceAgreement(name, measure(slices[name], categories)) for name in large[:_MOST_SLICES])


def measure_periods(
    pairs: Sequence[Pair], categories: Sequence[float], *, by: Period
) -> tuple[PeriodAgreement, ...]:
    """Return the agreement on the answers of each week (from Monday) or month, UTC, in order."""
    periods: dict[datetime, list[Pair]] = defaultdict(list)
    for pair in pairs:
        periods[find_start(pair.at, by)].append(pair)
    return tuple(PeriodAgreement(start, measure(periods[start], categories)) for start in sorted(periods))


def find_start(at: datetime, by: Period) -> datetime:
    """Return the beginning of the week or month that a moment belongs to, UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(day=1) if by == "month" else day - timedelta(days=day.weekday())


def list_worst(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """Return the answers on which judge and people are furthest apart, at least by half of the scale."""
    apart = sorted(pairs, key=lambda pair: (-abs(pair.judge - pair.human), pair.id))
    return tuple(pair.id for pair in apart[:_MOST_WORST] if abs(pair.judge - pair.human) >= 0.5)


def _estimate_kappa(human: Codes, judge: Codes, categories: Sequence[float], *, seed: int) -> Estimate:
    """Return Cohen's kappa, not defined where one of both never says another thing.

    By its formula it is then 0 for certain, whatever the other says: that is no finding about the judge.
    """
    unmoved = [who for who, said in (("People", human), ("The judge", judge)) if len(np.unique(said)) == 1]
    if unmoved:
        who = " and ".join([unmoved[0], *(name.lower() for name in unmoved[1:])])
        return Estimate(None, None, None, len(human), reason=f"{who} said the same of every answer.")
    table = pack(np.column_stack([human, judge]), len(categories))
    weighting: kappa.Weighting = "none" if len(categories) == 2 else "quadratic"
    return estimate(kappa.make_cohen(table, weighting=weighting), undefined=kappa.UNDEFINED, seed=seed)


def _to_codes(pairs: Sequence[Pair], categories: Sequence[float]) -> tuple[Codes, Codes]:
    """Return the nearest category of what people and the judge said; in the very middle, the higher one."""
    grid = np.array(categories)
    middles = (grid[1:] + grid[:-1]) / 2
    human = np.searchsorted(middles, [pair.human for pair in pairs], side="right")
    judge = np.searchsorted(middles, [pair.judge for pair in pairs], side="right")
    return human.astype(np.int64), judge.astype(np.int64)


def _balance(human: Codes, judge: Codes) -> float | None:
    said = np.unique(human)
    if len(said) < 2:
        return None
    return float(np.mean([(judge[human == category] == category).mean() for category in said]))
