"""How far an eval run is, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(slots=True)
class Tally:
    """`total` counts examples times repeats, `earlier` those that an earlier part of the run had settled.

    `done` counts those settled now, with their scores: `failed` of them got no output, `reused` took that of an
    earlier run. `passed` of `rated` are right in all that is right or wrong of them, see `rating`.
    `unscored` count the examples of which something is expected that no evaluator looks at. `cost_usd` and
    `judge_cost_usd` are all that the run paid, as far as prices are known; `unpriced` counts the calls for which they
    are not. `seconds` counts from when this part began.
    """

    total: int
    earlier: int = 0
    done: int = 0
    failed: int = 0
    reused: int = 0
    passed: int = 0
    rated: int = 0
    unscored: int = 0
    cost_usd: Decimal = Decimal(0)
    judge_cost_usd: Decimal = Decimal(0)
    unpriced: int = 0
    seconds: float = 0.0

    @property
    def settled(self) -> int:
        return self.earlier + self.done

    @property
    def pass_rate(self) -> float | None:
        return self.passed / self.rated if self.rated else None

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the rate so far; None before there is one."""
        return (
            (self.total - self.settled) * self.seconds / self.done if self.done and self.seconds > 0 else None
        )


OnProgress = Callable[[Tally], None]
