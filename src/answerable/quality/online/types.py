"""The values of online evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from answerable.traces.types import Trace

Outcome = Literal["scored", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Score this share of an app's runs (None: of every app's) with these evaluators.

    `usd_per_day` is what its judges may spend in a day (UTC), None without a cap.
    """

    name: str
    app: str | None
    share: float
    evaluators: tuple[str, ...]
    usd_per_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an evaluator makes of a run. `version` is what it was made with; `cost_usd` None: its price is unknown.

    `value` None: a judge abstained.
    """

    value: float | None
    version: str
    reason: str | None = None
    cost_usd: Decimal | None = Decimal(0)


class Evaluator(Protocol):
    """Scores one run. `name` is what the score is called, `id` how the settings name the evaluator."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Literal["code", "judge"]: ...

    async def assess(self, trace: Trace) -> Assessment | None:
        """Return a score, None where the run has nothing to score. What it raises is noted as a failure."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """A run that an evaluator has yet to score. `attempts` counts this one."""

    id: int
    rule: str
    evaluator: str
    trace_id: str
    span_id: str
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What a rule did on a day, with all of its evaluators or with one. `usd` is what is known of its cost."""

    scored: int = 0
    failed: int = 0
    skipped: int = 0
    usd: Decimal = Decimal(0)
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that could not be scored, and why."""

    at: datetime
    rule: str
    evaluator: str
    trace_id: str
    error: str


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """A rule, what its evaluators did today (UTC), and how many runs wait for them."""

    rule: Rule
    today: dict[str, Spent]
    waiting: int


@dataclass(frozen=True, slots=True)
class OnlineStatus:
    rules: Sequence[RuleStatus]
    failures: Sequence[Failure]
