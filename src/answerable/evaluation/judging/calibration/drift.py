"""Whether a judge agrees with people less than it did."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from answerable.evaluation.judging.calibration.types import Drift, PeriodAgreement
from answerable.evaluation.statistics.intervals import wilson_interval


def find_drift(periods: Sequence[PeriodAgreement]) -> Drift | None:
    """Return the latest period against all before it, None with fewer than two periods.

    The interval is Newcombe's hybrid score interval of a difference of shares (1998, method 10).
    """
    if len(periods) < 2:
        return None
    *before, now = [period.agreement.same for period in periods]
    items = sum(share.items for share in before)
    same = sum(round(share.value * share.items) for share in before)
    then, then_interval = same / items, wilson_interval(same, items)
    change = now.value - then
    low = change - sqrt((now.value - now.low) ** 2 + (then_interval.high - then) ** 2)
    high = change + sqrt((now.high - now.value) ** 2 + (then - then_interval.low) ** 2)
    return Drift(change, max(-1.0, low), min(1.0, high), drifted=high < 0)
