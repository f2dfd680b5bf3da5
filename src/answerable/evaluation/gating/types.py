"""The values of a gate: what two runs gave, what each rule finds, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Literal
from uuid import UUID

from answerable.apps.gate_settings import GateRule, GateSpec
from answerable.evaluation.types import Metric

__all__ = ["Finding", "GateRecord", "GateRule", "GateSpec", "GateVerdict", "Measured", "Regression", "Side"]

Verdict = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One example in one run: the values of its repeats by metric, without those that are missing.

    `unscored` counts, by metric, repeats with an output and no value; `failed` repeats without an output.
    `input`, `expected` and `output` are texts to show.
    """

    key: str
    values: Mapping[str, tuple[float, ...]]
    weight: float = 1.0
    tags: frozenset[str] = frozenset()
    failed: int = 0
    unscored: Mapping[str, int] = field(default_factory=dict)
    content_hash: str = ""
    input: str = ""
    expected: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: an eval run with what came of its examples, by their keys.

    `versions` are those of its evaluators by id. `name` is what people call it: `terse@0123456789ab`.
    """

    name: str
    variant_hash: str
    dataset: str
    version: int
    version_hash: str
    versions: Mapping[str, str]
    metrics: Mapping[str, Metric]
    examples: Mapping[str, Measured]
    repeats: int = 1
    run_id: UUID | None = None
    app: str = ""
    split: str = ""
    tags: tuple[str, ...] = ()
    """Only examples with all of these were measured."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """The evaluator of each metric."""
    trust: Mapping[str, str] = field(default_factory=dict)
    """Of each metric of a judge, in a line, how far that agrees with people."""


@dataclass(frozen=True, slots=True)
class Regression:
    """An example that got worse. `loss` is by how much, in the metric's unit and above 0."""

    key: str
    loss: float
    before: float
    after: float
    input: str = ""
    expected: str = ""
    output_before: str = ""
    output_after: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found. Differences are candidate less baseline in the metric's own direction.

    `margin` is how much worse it may be, in the metric's unit and at least 0. `low`..`high` holds the true difference
    at confidence 1 - alpha, None where too little was measured. `p_worse` is the p-value of "not worse",
    `p_worse_adjusted` the same with Holm's correction over the rules, `p_beyond` that of "worse by the margin or more".
    `power` is the chance that a candidate as good as the baseline passes with so many examples, `needed` how many
    would give it the power asked for, `more_examples` about how many more would decide, None where no number does
    or it is decided. `reason` says in words why.
    """

    rule: GateRule
    metric: Metric
    verdict: Verdict
    reason: str
    n: int
    missing: int = 0
    baseline: float | None = None
    candidate: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float = 0.0
    p_worse: float | None = None
    p_worse_adjusted: float | None = None
    p_beyond: float | None = None
    method: str = ""
    power: float | None = None
    needed: int | None = None
    more_examples: int | None = None
    improved: int = 0
    worsened: int = 0
    regressions: tuple[Regression, ...] = ()

    @property
    def is_better(self) -> bool:
        """All of the interval says that the candidate is better."""
        return self._gains[0] > 0

    @property
    def best_case(self) -> float:
        """The end of the interval that is best for the candidate, above 0 where it gains; infinite where unknown."""
        return self._gains[1]

    @property
    def _gains(self) -> tuple[float, float]:
        if self.low is None or self.high is None:
            return -inf, inf
        higher = (self.rule.better or self.metric.better) == "higher"
        return (self.low, self.high) if higher else (-self.high, -self.low)


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The verdict on a candidate against a baseline, of one gate on one dataset version.

    `more_examples` is about how many more would decide what is open, None where nothing is open or no number does.
    `gate_hash` is that of the rules, empty where the runs measured something else than these ask for.
    """

    app: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    candidate: str
    baseline: str
    candidate_hash: str
    baseline_hash: str
    dataset: str
    version: int
    version_hash: str
    examples: int
    repeats: int
    alpha: float
    power: float
    gate_hash: str
    candidate_run: UUID | None = None
    baseline_run: UUID | None = None
    notes: tuple[str, ...] = ()

    @property
    def more_examples(self) -> int | None:
        asked = [one.more_examples for one in self.findings if one.verdict == "inconclusive"]
        return None if not asked or None in asked else max(count or 0 for count in asked)


@dataclass(frozen=True, slots=True)
class GateRecord:
    """A verdict that was stored. `content` is its JSON, as `answerable gate --json` prints it."""

    id: UUID
    app: str
    verdict: Verdict
    candidate: str
    baseline: str
    candidate_hash: str
    baseline_hash: str
    dataset: str
    version: int
    gate_hash: str
    created_at: datetime
    by: str
    content: Mapping[str, object]
