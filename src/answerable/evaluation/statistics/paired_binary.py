"""Yes or no, twice for each example: how much more often does the second say yes?

Of n examples `gains` went from no to yes and `losses` from yes to no. The difference of the two rates is tested against
any value by Tango's score statistic (Statistics in Medicine 17, 1998), and that statistic's tail is computed exactly
over all tables of n examples, at the worst value of what is not tested: the unconditional exact test of Hsueh, Liu and
Chen (Biometrics 57, 2001). McNemar's exact test knows only the difference 0, and looks at fewer tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval

EXACT_UP_TO: Final = 500
"""Examples. Beyond, the score statistic is normal to the third digit, and its tail is taken from there."""

_GRID: Final = 40
"""Values of the nuisance at which the tail is looked at; between them it changes little."""
_HALVINGS: Final = 16
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class PairedTable:
    """How many of `n` examples went from no to yes, and how many from yes to no. Raises InvalidInput."""

    gains: int
    losses: int
    n: int

    def __post_init__(self) -> None:
        if self.n < 1 or self.gains < 0 or self.losses < 0 or self.gains + self.losses > self.n:
            raise InvalidInput(f"{self.n} examples cannot have {self.gains} gains and {self.losses} losses.")

    @property
    def mean(self) -> float:
        return (self.gains - self.losses) / self.n

    def get_tail(self, threshold: float) -> float:
        """Return the p-value of "the true difference is at most `threshold`": small when it is surely above."""
        if abs(threshold) >= 1:
            return float(threshold > 0)
        gains, losses = np.array([float(self.gains)]), np.array([float(self.losses)])
        score = float(_score(gains, losses, self.n, threshold)[0])
        if self.n > EXACT_UP_TO:
            return float(special.ndtr(-score))
        return _get_exact_tail(score, self.n, threshold)

    def get_head(self, threshold: float) -> float:
        """Return the p-value of "the true difference is at least `threshold`": small when it is surely below."""
        return PairedTable(self.losses, self.gains, self.n).get_tail(-threshold)

    def get_interval(self, alpha: float) -> Interval:
        """Return the differences that neither one-sided test rejects at alpha / 2."""
        return Interval(
            _find_limit(self.get_tail, self.mean, -1.0, alpha / 2),
            _find_limit(self.get_head, self.mean, 1.0, alpha / 2),
        )


def _find_limit(p_value: Callable[[float], float], inside: float, outside: float, level: float) -> float:
    """Return the value farthest from `inside` towards `outside` whose test does not reject it."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if p_value(middle) > level:
            inside = middle
        else:
            outside = middle
    return outside


def _score(
    gains: NDArray[np.float64], losses: NDArray[np.float64], n: int, threshold: float
) -> NDArray[np.float64]:
    """Return Tango's statistic of each table: how many standard errors its difference is above the threshold.

    The standard error is that of the most likely rates whose difference is the threshold.
    """
    above = gains - losses - n * threshold
    b = threshold * (2 * n - gains + losses) - gains - losses
    c = -losses * threshold * (1 - threshold)
    # The most likely rate of losses solves 2 n q^2 + b q + c = 0; that of gains is q + threshold.
    rate = (np.sqrt(np.maximum(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    rate = np.maximum(rate, max(0.0, -threshold))
    variance = n * (2 * rate + threshold * (1 - threshold))
    known = variance > _TINY  # it is not where nothing differs and the threshold is 0
    return np.where(known, above / np.sqrt(np.where(known, variance, 1.0)), 0.0)


def _get_exact_tail(score: float, n: int, threshold: float) -> float:
    """Return the chance of a statistic of `score` or more when the difference is just `threshold`, at its largest."""
    losses = np.arange(n + 1, dtype=np.float64)
    needed = _find_needed_gains(score, losses, n, threshold)
    lowest, highest = max(0.0, -threshold), (1 - threshold) / 2
    rates = (
        lowest + (highest - lowest) * np.linspace(0, 1, _GRID)[:, None] ** 2
    )  # denser where little differs
    rates = np.minimum(rates, 1 - _TINY)
    possible = (needed > 0) & (needed <= n - losses)
    counts = np.where(possible, needed, 1.0)
    among = np.where(possible, n - losses - needed + 1, 1.0)
    gained = np.minimum(1.0, (rates + threshold) / (1 - rates))
    chances = np.where(possible, special.betainc(counts, among, gained), needed <= 0)
    return min(1.0, float((_get_binomial(losses, n, rates) * chances).sum(axis=1).max()))


def _find_needed_gains(
    score: float, losses: NDArray[np.float64], n: int, threshold: float
) -> NDArray[np.float64]:
    """Return, for each number of losses, how many gains it takes to reach the score: n + 1 where none suffices."""
    low, high = np.full(n + 1, -1.0), n - losses + 1  # low never suffices, high always or is impossible
    for _ in range(int(np.ceil(np.log2(n + 2))) + 1):
        middle = np.floor((low + high) / 2)
        open_ = high - low > 1
        enough = _score(np.maximum(middle, 0.0), losses, n, threshold) >= score - 1e-9
        high = np.where(open_ & enough, middle, high)
        low = np.where(open_ & ~enough, middle, low)
    return np.where(high > n - losses, n + 1.0, high)


def _get_binomial(counts: NDArray[np.float64], n: int, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of each count of n at each rate."""
    ways = special.gammaln(n + 1) - special.gammaln(counts + 1) - special.gammaln(n - counts + 1)
    return np.asarray(
        np.exp(ways + special.xlogy(counts, rates) + special.xlog1py(n - counts, -rates)), dtype=np.float64
    )
