"""The values of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from answerable.core.errors import AnswerableError


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the input. `line` counts from 1; `id` is the row's own, else its line.

    `digest` tells whether the line is the one that an earlier run saw. `fault` says why the line is no row.
    """

    line: int
    id: str | int
    digest: str
    input: Mapping[str, Any] = field(default_factory=dict)
    fault: AnswerableError | None = None


@dataclass(slots=True)
class Tally:
    """How far a batch is; `seconds` counts from its start.

    `total` counts the rows of the input, `earlier` those that an earlier run had settled, `earlier_failed` the ones
    among them that failed. `cost_usd` is what the rows of this run cost, the failed ones too, as far as that is known;
    `unpriced` counts those of which it is not.
    """

    total: int
    earlier: int = 0
    earlier_failed: int = 0
    answered: int = 0
    failed: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced: int = 0
    seconds: float = 0.0

    def add_cost(self, cost_usd: Decimal | None) -> None:
        """Count what one row cost; None is unknown."""
        if cost_usd is None:
            self.unpriced += 1
        else:
            self.cost_usd += cost_usd

    @property
    def settled(self) -> int:
        """Count the rows that are settled by now, by this run or an earlier one."""
        return self.earlier + self.answered + self.failed

    @property
    def rows_per_second(self) -> float:
        return (self.answered + self.failed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the rate so far; None before there is one."""
        rate = self.rows_per_second
        return (self.total - self.settled) / rate if rate > 0 else None
