"""From what was seen of a model to what a check says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.apps.gate_settings import GateSpec
from answerable.core.errors import NotFound
from answerable.core.ids import new_id
from answerable.evaluation.canaries.comparing import compare_seen
from answerable.evaluation.canaries.drift import Drift, judge_drift
from answerable.evaluation.canaries.measuring import Observation, is_comparable
from answerable.evaluation.canaries.types import Canary, Check, CheckState
from answerable.evaluation.canaries.wording import RenderVerdict, write_report
from answerable.evaluation.gating.barring import MayGate, find_barred
from answerable.evaluation.gating.collecting import collect
from answerable.evaluation.gating.types import Side
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import EvalRun


@dataclass(frozen=True, slots=True)
class CheckJudge:
    """Holds an observation against the baseline.

    `render` writes a gate's verdict as Markdown, `may_gate` says which judges agree with people far enough to decide.
    """

    evals: EvalService
    render: RenderVerdict
    may_gate: MayGate

    async def judge(
        self,
        canary: Canary,
        observed: Observation,
        baseline: Check | None,
        *,
        spec: GateSpec,
        by: str,
        at: datetime,
    ) -> Check:
        """Return the check. Raises Unavailable."""
        check = _begin(canary, observed, by=by, at=at)
        if observed.problem:
            return replace(check, state="failed", reason=observed.problem)
        if baseline is None:
            return check
        drift = await self._find_drift(canary, observed.run, baseline, spec)
        behaviour = drift.to_change()
        changes = compare_seen(baseline.seen, observed.seen)
        changes = (*changes, behaviour) if behaviour else changes
        state = _choose_state(drift, changed=bool(changes))
        check = replace(check, state=state, changes=changes, reason=drift.reason)
        verdict = "" if drift.verdict is None else await asyncio.to_thread(self.render, drift.verdict)
        return replace(check, report=write_report(check, baseline, verdict))

    async def _find_drift(
        self, canary: Canary, run: EvalRun | None, baseline: Check, spec: GateSpec
    ) -> Drift:
        if run is None:
            return Drift("same", 0, 0)
        same = is_comparable(canary, baseline) and run.version == baseline.version
        if not same or baseline.run_id is None:
            return Drift("same", 0, 0, reason="The app or its examples are others than at the baseline.")
        try:
            before = await self.evals.get(baseline.run_id)
        except NotFound:
            return Drift("same", 0, 0, reason="The run of the baseline is kept no longer.")
        if before.state != "done":
            return Drift("open", 0, 0, reason=f"The run of the baseline is not whole: {before.reason}")
        then, now = await self._collect(before, baseline.at), await self._collect(run, None)
        barred = await find_barred(spec, now, self.may_gate)
        return await asyncio.to_thread(judge_drift, spec, before=then, now=now, barred=barred)

    async def _collect(self, run: EvalRun, at: datetime | None) -> Side:
        side = await collect(run, self.evals.iterate_results(run.id))
        return replace(side, name="now" if at is None else f"{at:%Y-%m-%d %H:%M}")


def _begin(canary: Canary, observed: Observation, *, by: str, at: datetime) -> Check:
    run, variant = observed.run, canary.variant
    return Check(
        id=new_id(),
        app=canary.app,
        label=canary.label,
        model=canary.model,
        at=at,
        by=by,
        state="new",
        seen=observed.seen,
        variant="" if variant is None else variant.id,
        variant_hash="" if variant is None else variant.hash,
        run_id=None if run is None else run.id,
        dataset="" if run is None else run.dataset,
        version=None if run is None else run.version,
    )


def _choose_state(drift: Drift, *, changed: bool) -> CheckState:
    if changed:
        return "changed"
    if drift.direction == "open":
        return "inconclusive"
    # What could not be held against anything is what the next checks are held against.
    return "new" if drift.reason else "same"
