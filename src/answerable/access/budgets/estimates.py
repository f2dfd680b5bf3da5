"""What the calls of an app use, learned from its last ones."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from itertools import accumulate
from typing import Final

from answerable.access.budgets.types import Estimate

_REMEMBERED: Final = 256
_REFRESH: Final = 32
"""Calls after which the table of durations is made anew."""
_FEWEST: Final = 16
"""Calls that a mean is of. After a stall every call in flight is older than nearly all that are remembered, and
the few that are older still say nothing."""


class Estimator:
    """The mean of the last calls, and the mean of those that took longer than a given time.

    A call that is still running after ten seconds is not like the average one: of calls in flight, long ones are
    seen more often (the inspection paradox), and they are those with many tokens. Hence the age.
    """

    def __init__(self) -> None:
        self._calls: deque[tuple[float, float, float]] = deque(maxlen=_REMEMBERED)
        self._durations: list[float] = []
        self._rest: list[tuple[float, float]] = []
        self._since = 0

    def learn(self, seconds: float, tokens: int, usd: float) -> None:
        """Take in what a finished call took and used."""
        self._calls.append((seconds, float(tokens), usd))
        self._since += 1
        if self._since >= _REFRESH or len(self._calls) < _REFRESH:
            self._refresh()

    def expect(self, age: float, otherwise: Estimate) -> Estimate:
        """Return what a call that has run for `age` seconds will have used; `otherwise` when none was seen yet."""
        if not self._rest:
            return otherwise
        at = bisect_right(self._durations, age) if age else 0
        return Estimate(*self._rest[max(0, min(at, len(self._rest) - _FEWEST))])

    def _refresh(self) -> None:
        """Make `_rest[i]` the mean tokens and money of the calls from the i-th shortest on."""
        self._since = 0
        ordered = sorted(self._calls, reverse=True)
        tokens = accumulate(call[1] for call in ordered)
        usd = accumulate(call[2] for call in ordered)
        means = [(t / n, u / n) for n, (t, u) in enumerate(zip(tokens, usd, strict=True), start=1)]
        self._rest = means[::-1]
        self._durations = [call[0] for call in reversed(ordered)]
