"""Where pairs come from: served answers that both scored, and eval runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from answerable.core.errors import NotFound
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.types import Pair
from answerable.evaluation.judging.scale import Scale, UnreadableError, find_scale, read
from answerable.evaluation.judging.showing import show_answer
from answerable.evaluation.judging.version import PREFIX, JudgeRef, find_judge
from answerable.evaluation.runs.types import EvalRun, EvalRunPage, ItemResult
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import ScorePair
from answerable.traces.service import TraceService
from answerable.traces.types import TraceFilter

_PAGE: Final = 500
_LAST: Final = 100
_TICK: Final = timedelta(seconds=1)


class RunReader(Protocol):
    """Reads eval runs."""

    async def get(self, run_id: UUID) -> EvalRun:
        """Raises NotFound."""
        ...

    async def list_runs(self, *, limit: int = 50) -> EvalRunPage:
        """Return runs, newest first."""
        ...

    def iterate_results(self, run_id: UUID, *, batch: int = 500) -> AsyncIterator[Sequence[ItemResult]]:
        """Yield what came of each example, some at a time."""
        ...


class PairReader:
    """Brings together what a judge and people said of the same answers, both from 0 to 1."""

    def __init__(
        self, *, apps: JudgeApps, feedback: FeedbackService, traces: TraceService, runs: RunReader
    ) -> None:
        self._apps = apps
        self._feedback = feedback
        self._traces = traces
        self._runs = runs

    async def list_online(
        self, judge: JudgeRef, label: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Pair]:
        """Return the served answers that online evaluation had judged and reviewers labelled, newest first."""
        found = await self._feedback.list_pairs(
            evaluator=f"{PREFIX}{judge.app}", version=judge.variant, label=label, since=since, until=until
        )
        scale = self._find_scale(judge)
        lengths = await self._find_lengths(found)
        return [
            Pair(
                id=one.trace_id,
                judge=scale.normalise(one.judge),
                human=one.human,
                at=one.answered_at,
                slices=(f"app:{one.app}", f"variant:{one.app}@{one.variant}"),
                length=lengths.get(one.trace_id),
            )
            for one in found
        ]

    async def find_in_run(self, name: str, run_id: UUID) -> JudgeRef:
        """Return the judge of an eval run: the one that it measures, or the one among its evaluators.

        `name` is the judge's app, or the evaluator's id (`judge:tone`, or `tone`). Raises NotFound (`unknown_judge`).
        """
        run = await self._runs.get(run_id)
        judges = _list_judges(run)
        ref = judges.get(name) or judges.get(f"{PREFIX}{name}")
        if ref is None:
            there = f"There are {', '.join(judges)}." if judges else "It has no judges."
            raise NotFound(f"The run {run_id} has no judge {name!r}.", hint=there, code="unknown_judge")
        return ref

    async def find_last_run(self, name: str) -> UUID:
        """Return the newest of the last eval runs that are done and have this judge. Raises NotFound."""
        page = await self._runs.list_runs(limit=_LAST)
        for run in page.runs:
            judges = _list_judges(run)
            if run.state == "done" and (name in judges or f"{PREFIX}{name}" in judges):
                return run.id
        raise NotFound(
            f"None of the last {_LAST} eval runs that are done has the judge {name!r}.",
            hint=f"Evaluate {name} over labelled examples, or name it among the evaluators of a run.",
            code="unknown_eval_run",
        )

    async def list_run(self, judge: JudgeRef, label: str, run_id: UUID) -> list[Pair]:
        """Return the pairs of an eval run.

        Of a run of the judge itself, over examples that expect its verdict or score, people's part is what is
        expected. Of any other, it is what reviewers said of the answers, under the label. Raises NotFound.
        """
        run = await self._runs.get(run_id)
        scale = self._find_scale(judge)
        pairs: list[Pair] = []
        async for results in self._runs.iterate_results(run_id, batch=_PAGE):
            if run.app == judge.app:
                found = (_pair_expected(result, scale, run.created_at) for result in results)
                pairs += [pair for pair in found if pair is not None]
            else:
                pairs += await self._pair_labelled(results, judge, label, scale, run.created_at)
        return pairs

    async def read_judged(
        self,
        judge: JudgeRef,
        *,
        app: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> dict[str, float]:
        """Return what the judge said of served answers, of an app or of all, from 0 to 1 by trace."""
        found = await self._feedback.list_judged(
            evaluator=f"{PREFIX}{judge.app}", version=judge.variant, app=app, since=since, until=until
        )
        scale = self._find_scale(judge)
        return {trace_id: scale.normalise(value) for trace_id, value in found.items()}

    async def read_judged_run(self, judge: JudgeRef, run_id: UUID) -> dict[str, float]:
        """Return what the judge said of the answers of an eval run, from 0 to 1 by trace. Raises NotFound."""
        scale = self._find_scale(judge)
        judged: dict[str, float] = {}
        async for results in self._runs.iterate_results(run_id, batch=_PAGE):
            judged |= {
                trace_id: scale.normalise(value)
                for trace_id, (_, value) in _list_judged(results, judge).items()
            }
        return judged

    async def read_labels(self, trace_ids: Sequence[str], label: str) -> dict[str, float]:
        """Return what reviewers said of some answers under a label: the mean of their queues, by trace."""
        said: dict[str, list[float]] = {}
        for at in range(0, len(trace_ids), _PAGE):
            for score in await self._feedback.list_scores_of(trace_ids[at : at + _PAGE]):
                if score.source == "human" and score.name == label and score.value is not None:
                    said.setdefault(score.trace_id, []).append(score.value)
        return {trace_id: sum(values) / len(values) for trace_id, values in said.items()}

    def _find_scale(self, judge: JudgeRef) -> Scale:
        """Return the scale of the judge's variant; that of one that is gone is taken to be from 0 to 1."""
        try:
            return find_scale(self._apps.read_schema(judge), app=judge.app)
        except NotFound:
            return Scale("score", 0.0, 1.0, binary=False)

    async def _find_lengths(self, pairs: Sequence[ScorePair]) -> dict[str, int]:
        """Return how many characters the answers have, of those that are still there and kept in full."""
        lengths: dict[str, int] = {}
        for at in range(0, len(pairs), _PAGE):
            page = pairs[at : at + _PAGE]
            began = [pair.answered_at for pair in page]
            meant = TraceFilter(
                ids=tuple(pair.trace_id for pair in page), since=min(began) - _TICK, until=max(began) + _TICK
            )
            async for traces in self._traces.iterate(meant):
                lengths |= {trace.id: len(trace.output) for trace in traces if trace.output}
        return lengths

    async def _pair_labelled(
        self, results: Sequence[ItemResult], judge: JudgeRef, label: str, scale: Scale, at: datetime
    ) -> list[Pair]:
        judged = _list_judged(results, judge)
        labels = await self.read_labels(sorted(judged), label)
        return [
            _make(trace_id, result, scale.normalise(value), labels[trace_id], at)
            for trace_id, (result, value) in judged.items()
            if trace_id in labels
        ]


def _list_judges(run: EvalRun) -> dict[str, JudgeRef]:
    """Return what may be a judge in a run: what it measures, by the app, and its evaluators that are judges, by id."""
    found = {one.id: ref for one in run.evaluators if (ref := find_judge(one.version)) is not None}
    return {run.app: JudgeRef(run.app, run.variant_id), **found}


def _list_judged(results: Sequence[ItemResult], judge: JudgeRef) -> dict[str, tuple[ItemResult, float]]:
    """Return the results that the judge scored, with their scores, by the traces of their answers."""
    return {
        result.output.trace_id: (result, value)
        for result in results
        if result.output is not None and result.output.trace_id is not None
        if (value := _find_judged(result, judge)) is not None
    }


def _find_judged(result: ItemResult, judge: JudgeRef) -> float | None:
    """Return the score that the judge gave a result: the first one, which is that of its own metric."""
    return next(
        (
            score.value
            for score in result.scores
            if score.value is not None and find_judge(score.version) == judge
        ),
        None,
    )


def _pair_expected(result: ItemResult, scale: Scale, at: datetime) -> Pair | None:
    """Return what the judge said of an example against what was expected; None where one of both is no judgement."""
    if result.output is None or result.example is None:
        return None
    try:
        said = read(result.output.data, scale).value
        expected = read(_to_fields(result.example.expected, scale), scale).value
    except UnreadableError:
        return None
    if said is None or expected is None:
        return None
    answer = result.example.input.get("answer")
    length = len(answer) if isinstance(answer, str) else None
    pair = _make(result.example_key, result, scale.normalise(said), scale.normalise(expected), at)
    return Pair(pair.id, pair.judge, pair.human, pair.at, pair.slices, length)


def _to_fields(expected: Any, scale: Scale) -> Mapping[str, Any]:
    """Return an expected judgement as the judge writes it; a dataset may hold the bare verdict or score."""
    return expected if isinstance(expected, Mapping) else {scale.key: expected}


def _make(id: str, result: ItemResult, judge: float, human: float, at: datetime) -> Pair:
    length = None if result.output is None else len(show_answer(result.output)) or None
    return Pair(id, judge, human, at, tuple(f"tag:{tag}" for tag in result.tags), length)
