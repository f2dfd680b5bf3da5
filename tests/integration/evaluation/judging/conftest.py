"""Judges over a real database, with eval runs that a test makes up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest_asyncio

from answerable.access.audit.service import AuditLog
from answerable.apps.files.loader import load_apps
from answerable.apps.service import AppService
from answerable.core.errors import NotFound
from answerable.core.ids import new_id, new_trace_id
from answerable.datasets.types import Example
from answerable.db.database import Database
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.pairing import PairReader
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.judging.calibration.service import JudgeService
from answerable.evaluation.runs.types import EvalRun, EvalRunPage, EvaluatorRef, ItemResult, ItemScore
from answerable.evaluation.types import Output
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Score
from answerable.traces.service import TraceService
from tests.fakes.apps import write_app
from tests.fakes.clock import ShiftedClock
from tests.fakes.runs import make_run

MODEL = "fake:fake-1"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCHEMA = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "score": {"type": "number", "minimum": 1, "maximum": 5}},
}


@dataclass
class MadeUpRuns:
    """Eval runs as somebody made them up."""

    runs: dict[UUID, tuple[EvalRun, list[ItemResult]]] = field(default_factory=dict)

    def add(self, results: Sequence[ItemResult], **changes: Any) -> UUID:
        id = new_id()
        values: dict[str, Any] = {
            "id": id, "app": "ask", "variant": "main@0123456789ab", "variant_hash": "0" * 64, "target": "app",
            "dataset": "d", "version": 1, "version_hash": "", "split": "", "tags": (), "repeats": 1, "evaluators": (),
            "state": "done", "total": len(results), "done": len(results), "failed": 0, "cost_usd": Decimal(0),
            "judge_cost_usd": Decimal(0), "unpriced": 0, "created_at": NOON,
        }  # fmt: skip
        self.runs[id] = (EvalRun(**{**values, **changes}), list(results))
        return id

    async def get(self, run_id: UUID) -> EvalRun:
        if run_id not in self.runs:
            raise NotFound(f"There is no eval run {run_id}.")
        return self.runs[run_id][0]

    async def list_runs(self, *, limit: int = 50) -> EvalRunPage:
        return EvalRunPage(tuple(run for run, _ in reversed(self.runs.values()))[:limit], None)

    async def iterate_results(self, run_id: UUID, *, batch: int = 500) -> AsyncIterator[Sequence[ItemResult]]:
        results = self.runs[run_id][1]
        for at in range(0, len(results), batch):
            yield results[at : at + batch]


@dataclass
class Bench:
    """Judges with what they are held against."""

    database: Database
    apps: AppService
    judge_apps: JudgeApps
    feedback: FeedbackService
    traces: TraceService
    runs: MadeUpRuns
    judges: JudgeService
    workspace: Path

    @property
    def variant(self) -> str:
        """The id of the variant of `tone` that judges."""
        return self.apps.get_variant("tone").id

    async def note(
        self, judge: float | None, human: float | None, *, day: int = 0, answer: str = "", **changes: Any
    ) -> str:
        """Leave an answer that `tone` scored from 1 to 5 and reviewers from 0 to 1; return its trace."""
        run = make_run(id=new_trace_id(), started_at=NOON + timedelta(days=day), output=answer)
        if answer:
            self.traces.record(run)
            await self.traces.flush()
        given: dict[str, Any] = {"name": "tone", "evaluator": "judge:tone", "evaluator_version": self.variant}
        said = [
            ("judge", judge, {**given, **changes}),
            ("human", human, {"name": "tone", "evaluator": "review:desk"}),
        ]
        scores = [
            Score(run.id, run.app, run.variant, run.started_at, source=source, value=value, **values)  # type: ignore[arg-type]
            for source, value, values in said
            if value is not None
        ]
        async with self.database.transaction() as tx:
            await self.feedback.add_scores(tx, scores)
        return run.id

    def make_label(self, trace_id: str, name: str, value: float, queue: str) -> Score:
        """Return what the reviewers of a queue came to."""
        return Score(trace_id, "ask", "main", NOON, name, "human", value=value, evaluator=f"review:{queue}")


@pytest_asyncio.fixture
async def bench(database: Database, tmp_path: Path) -> Bench:
    """A workspace with the judge `tone` (1 to 5) and an app that is none."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "tone.md").write_text("Judge {{ answer }}.")
    values: dict[str, Any] = {"prompt": "prompts/tone.md", "input": {"answer": "string"}}
    write_app(tmp_path, "tone", kind="prompt", output={"schema": SCHEMA}, **values)
    write_app(tmp_path, "chat", kind="prompt", **values)
    loaded = load_apps(tmp_path, default_model=MODEL)
    assert not loaded.errors, loaded.errors
    clock = ShiftedClock()
    apps = AppService(database, default_app="tone", clock=clock, audit=AuditLog(database))
    await apps.apply(loaded.apps, by="test")
    judge_apps = JudgeApps(apps, default_model=MODEL)
    feedback, traces, runs = FeedbackService(database), TraceService(database), MadeUpRuns()
    pairs = PairReader(apps=judge_apps, feedback=feedback, traces=traces, runs=runs)
    judges = JudgeService(CalibrationRecords(database), apps=judge_apps, pairs=pairs, clock=clock)
    return Bench(database, apps, judge_apps, feedback, traces, runs, judges, tmp_path)


def make_result(
    number: int, *, data: Any = None, expected: Any = None, score: ItemScore | None = None, **changes: Any
) -> ItemResult:
    example = Example({"answer": "An answer."}, expected=expected, key=f"e{number}")
    values: dict[str, Any] = {
        "run_id": UUID(int=0), "position": number, "repeat": 0, "example_key": example.key, "example_id": None,
        "example": example, "output": Output("Said.", data=data, trace_id=f"{number:032x}"),
        "scores": () if score is None else (score,), "tags": ("short",),
    }  # fmt: skip
    return ItemResult(**{**values, **changes})


def make_evaluator(id: str, version: str) -> EvaluatorRef:
    return EvaluatorRef(id, version, "judge")
