"""Gates: two eval runs compared by an app's rules, and the verdicts kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final
from uuid import UUID

from answerable.apps.gate_settings import GateSpec
from answerable.core.clock import Clock
from answerable.core.errors import Conflict, NotFound
from answerable.core.ids import new_id
from answerable.db.database import Database
from answerable.evaluation.gating import store
from answerable.evaluation.gating.barring import MayGate, find_barred
from answerable.evaluation.gating.collecting import collect
from answerable.evaluation.gating.comparing import describe_elsewhere
from answerable.evaluation.gating.deciding import decide
from answerable.evaluation.gating.types import GateRecord, GateVerdict, Side
from answerable.evaluation.runs.service import EvalService

_MOST_LISTED: Final = 1_000


class GateService:
    """Decides over pairs of eval runs, and keeps the verdicts."""

    def __init__(self, database: Database, *, evals: EvalService, may_gate: MayGate, clock: Clock) -> None:
        self._database = database
        self._evals = evals
        self._may_gate = may_gate
        self._clock = clock

    async def decide(
        self, spec: GateSpec, *, candidate_run: UUID, baseline_run: UUID, by: str
    ) -> tuple[GateRecord, GateVerdict]:
        """Compare two runs that are done, keep the verdict and return it; the record has no texts of examples.

        A pass counts for the labels that need one where both runs measured what the gate asks for.
        Raises NotFound, Conflict (`eval_incomplete`, `dataset_versions_differ`, `evaluator_versions_differ`) and
        InvalidInput (`unknown_metric`, `no_rules`).
        """
        candidate, baseline = await self._collect(candidate_run), await self._collect(baseline_run)
        barred = await find_barred(spec, candidate, self._may_gate)
        verdict = await asyncio.to_thread(decide, spec, candidate=candidate, baseline=baseline, barred=barred)
        elsewhere = describe_elsewhere(spec, candidate) or describe_elsewhere(spec, baseline)
        if elsewhere:
            verdict = replace(verdict, gate_hash="", notes=(*verdict.notes, elsewhere))
        id = new_id()
        async with self._database.transaction() as tx:
            await store.insert(tx, id, verdict, by=by, at=self._clock.now())
        return await self.get(id), verdict

    async def get(self, id: UUID) -> GateRecord:
        """Raises NotFound (`unknown_gate_verdict`)."""
        async with self._database.transaction() as tx:
            found = await store.find(tx, id)
        if found is None:
            raise NotFound(
                f"There is no verdict {id}.",
                hint="`answerable gate --list` shows those there are.",
                code="unknown_gate_verdict",
            )
        return found

    async def list_verdicts(self, *, app: str | None = None, limit: int = 50) -> list[GateRecord]:
        """Return verdicts, of one app or of all, newest first."""
        async with self._database.transaction() as tx:
            return await store.list_newest(tx, app=app, limit=max(1, min(limit, _MOST_LISTED)))

    async def _collect(self, run_id: UUID) -> Side:
        run = await self._evals.get(run_id)
        if run.state != "done":
            raise Conflict(
                f"The eval run of {run.variant_id} is not done: {run.done} of {run.total} items, {run.state}. "
                f"{run.reason}".rstrip(),
                hint="Run the same command again: it goes on where it was.",
                code="eval_incomplete",
            )
        return await collect(run, self._evals.iterate_results(run_id))
