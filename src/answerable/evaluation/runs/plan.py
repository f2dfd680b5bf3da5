"""What an eval run is to do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from answerable.core.errors import InvalidInput
from answerable.datasets.types import DatasetVersion
from answerable.evaluation.runs.types import EvaluatorRef
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Evaluator

MAX_REPEATS = 100
MAX_CONCURRENCY = 512


@dataclass(frozen=True, slots=True)
class EvalPlan:
    """One thing, one dataset version, some evaluators. `split` "" and no `tags` mean all of its examples; with several
    tags an example must have them all.

    `deadline` is how many seconds one output may take, `score_deadline` one evaluator on it. `max_usd` caps what the
    run pays, outputs and judges together. `fresh` passes by what earlier runs got. Raises InvalidInput.
    """

    measured: Measured
    version: DatasetVersion
    evaluators: tuple[Evaluator, ...]
    split: str = ""
    tags: tuple[str, ...] = ()
    repeats: int = 1
    concurrency: int = 16
    deadline: float = 120.0
    score_deadline: float = 120.0
    max_usd: Decimal | None = None
    fresh: bool = False
    by: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.repeats <= MAX_REPEATS:
            raise InvalidInput(f"{self.repeats} repeats.", hint=f"Repeat 1 to {MAX_REPEATS} times.")
        if not 1 <= self.concurrency <= MAX_CONCURRENCY:
            raise InvalidInput(
                f"{self.concurrency} examples at once.", hint=f"Take 1 to {MAX_CONCURRENCY} at once."
            )
        if self.max_usd is not None and not self.max_usd > 0:
            raise InvalidInput(f"A cap of ${self.max_usd}.", hint="Give a cap above 0, or none.")
        ids = [one.id for one in self.evaluators]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise InvalidInput(
                f"There are several evaluators {', '.join(twice)}.", hint="Name each evaluator once."
            )

    def list_refs(self) -> tuple[EvaluatorRef, ...]:
        """Return what a run keeps of its evaluators."""
        return tuple(
            EvaluatorRef(one.id, one.version, one.source, tuple(one.metrics)) for one in self.evaluators
        )
