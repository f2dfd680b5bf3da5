"""The values of eval runs: what is to be measured, what came of each example, and what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from answerable.datasets.types import Example
from answerable.evaluation.types import Metric, Output, Source

RunState = Literal["running", "stopped", "done", "failed"]
"""`stopped` runs go on where they were: stopped by their cap, an outage, a person, or the end of their process.
`failed` ones met an error that is none of the target's and none of an evaluator's; they can be tried again too."""


@dataclass(frozen=True, slots=True)
class EvaluatorRef:
    """The evaluator that scored a run. `version` names its code and options; `metrics` are what it gives."""

    id: str
    version: str
    source: Source = "code"
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class EvalRun:
    """One thing measured on one dataset version, `repeats` times each example.

    `target` is `app` for a variant of an app, else what was measured in words, such as `url http://...`; then `variant`
    is the kind of target and `variant_hash` that of its settings. `total` counts examples times repeats, `done` those
    with their scores, `failed` those among them for which the target gave nothing. `cost_usd` and `judge_cost_usd` are
    what this run paid as far as prices are known, `unpriced` counts the calls for which they are not; `reused` counts
    outputs of earlier runs that were not paid again. `reason` says why a run stopped or failed.
    """

    id: UUID
    app: str
    variant: str
    variant_hash: str
    target: str
    dataset: str
    version: int
    version_hash: str
    split: str
    tags: tuple[str, ...]
    repeats: int
    evaluators: tuple[EvaluatorRef, ...]
    state: RunState
    total: int
    done: int
    failed: int
    cost_usd: Decimal
    judge_cost_usd: Decimal
    unpriced: int
    created_at: datetime
    finished_at: datetime | None = None
    by: str = ""
    note: str = ""
    reused: int = 0
    reason: str = ""
    summary: tuple[MetricSummary, ...] = ()
    """What the metrics came to when the run ended; empty before."""

    @property
    def variant_id(self) -> str:
        """Return what a trace names the variant by: `terse@0123456789ab`."""
        return f"{self.variant}@{self.variant_hash[:12]}"

    @property
    def metrics(self) -> dict[str, Metric]:
        """Return what was measured, by metric name; the first evaluator that gives a metric describes it."""
        found: dict[str, Metric] = {}
        for evaluator in self.evaluators:
            for metric in evaluator.metrics:
                found.setdefault(metric.name, metric)
        return found


@dataclass(frozen=True, slots=True)
class ItemScore:
    """What one evaluator said of one item. `value` None: it abstained, or crashed and `error` says how. `details` is
    JSON."""

    evaluator: str
    version: str
    metric: str
    value: float | None
    reason: str = ""
    error: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    cost_usd: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of an example, the `repeat`-th time (from 0). `position` is the example's place in the version.

    `output` None: the target failed, and `error` says how. `example` None: it was erased since. `reused`: the output
    is that of an earlier run.
    """

    run_id: UUID
    position: int
    repeat: int
    example_key: str
    example_id: UUID | None
    example: Example | None
    output: Output | None
    error: str = ""
    scores: tuple[ItemScore, ...] = ()
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    reused: bool = False

    def find_value(self, metric: str) -> float | None:
        """Return the item's value of a metric; None where it has none."""
        return next((one.value for one in self.scores if one.metric == metric), None)


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What a metric came to in a run: the weighted mean over examples, each the mean of its repeats.

    `low`..`high` is its 95 % interval, clustered by example; None where there are fewer than two examples. `n` counts
    the examples with a value, `missing` the items without one although the target gave an output (the evaluator
    abstained or crashed; an evaluator that had nothing to say of an example does not count). `trust` says of a judge in
    a line how far it agrees with people now; it is empty for code.
    """

    metric: str
    evaluator: str
    version: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    missing: int
    better: Literal["higher", "lower"] = "higher"
    kind: Literal["binary", "continuous"] = "continuous"
    unit: str = ""
    trust: str = ""


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results are meant; what is None or empty does not count.

    `metric` finds items with a value of it that is `below` or `above` a bound. `text` is looked for in what was asked
    and what was answered, whatever its case.
    """

    failed: bool | None = None
    metric: str | None = None
    below: float | None = None
    above: float | None = None
    tag: str | None = None
    text: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Results in the order of the dataset; `next_after` goes on, None ends it."""

    results: tuple[ItemResult, ...]
    next_after: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class FailureReason:
    """The most frequent failure of an evaluator, or of the target where `evaluator` is empty, on `items` items."""

    evaluator: str
    text: str
    items: int


@dataclass(frozen=True, slots=True)
class EvalRunPage:
    """Runs, newest first; `next_after` is the id of the last one where there are more."""

    runs: tuple[EvalRun, ...]
    next_after: UUID | None
