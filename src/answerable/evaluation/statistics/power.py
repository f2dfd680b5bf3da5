"""How many examples it takes. All of it from the normal approximation: good for planning, never for a verdict."""

from __future__ import annotations

import math

from answerable.evaluation.statistics import special


def get_power(n: float, *, spread: float, distance: float, alpha: float) -> float:
    """Return the chance that a mean `distance` away from a limit is shown to be on its side of it.

    `spread` is the standard deviation of one example's difference, alpha that of the two-sided interval.
    """
    if distance <= 0:
        return alpha / 2
    if spread <= 0:
        return 1.0
    return float(special.ndtr(distance * math.sqrt(n) / spread - special.ndtri(1 - alpha / 2)))


def get_examples_needed(*, spread: float, distance: float, alpha: float, power: float) -> int | None:
    """Return for how many examples `get_power` is `power`; None where no number is enough."""
    if distance <= 0:
        return None
    z = float(special.ndtri(1 - alpha / 2) + special.ndtri(power))
    return max(2, math.ceil((z * spread / distance) ** 2))


def get_examples_without_loss(share: float, *, alpha: float) -> int:
    """Return how many examples without a loss show that less than `share` of them are lost ("rule of three")."""
    if not 0 < share < 1:
        return 1
    return math.ceil(math.log(alpha / 2) / math.log1p(-share))
