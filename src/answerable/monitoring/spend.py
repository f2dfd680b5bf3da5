"""Money that may be partly unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Spend:
    """US dollars. `known_usd` adds up the runs whose price is known; `unpriced` counts the others."""

    known_usd: Decimal = Decimal(0)
    unpriced: int = 0

    def __add__(self, other: Spend) -> Spend:
        return Spend(self.known_usd + other.known_usd, self.unpriced + other.unpriced)

    @property
    def usd(self) -> Decimal | None:
        """Return the sum of what is known, a lower bound where `unpriced` is not 0; None when nothing is known."""
        return None if self.unpriced and not self.known_usd else self.known_usd


NOTHING: Final = Spend()
