"""Canaries: asked by hand or on a schedule, held against their baselines, and told of when they change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from answerable.apps.gate_settings import GateSpec
from answerable.apps.service import AppService
from answerable.core.clock import Clock
from answerable.core.closeness import suggest
from answerable.core.errors import AnswerableError, Conflict, NotFound, Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection, Database
from answerable.evaluation.canaries import store
from answerable.evaluation.canaries.judging import CheckJudge
from answerable.evaluation.canaries.measuring import CanaryRunner, Observation
from answerable.evaluation.canaries.pinned import list_canaries
from answerable.evaluation.canaries.telling import Teller
from answerable.evaluation.canaries.types import Canary, CanarySettings, Check, Seen, Standing
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import EvalRun
from answerable.monitoring.alerts.service import AlertService

_log = logging.getLogger(__name__)

_LONGEST: Final = timedelta(minutes=50)
"""A check that takes longer is given up."""
_CLAIM: Final = timedelta(hours=1)
"""So long a canary is one process's; that one is done with it or dead by then."""
_RETRY: Final = timedelta(hours=1)
_LOOK_SECONDS: Final = 30.0
_NEWS: Final = frozenset({"changed", "inconclusive"})
_RUNS_KEPT: Final = 10
"""Eval runs of a canary's newest checks; of older ones the report remains."""

OnCheck = Callable[[Canary], None]
"""Is told of each canary before it is asked."""


class CanaryService:
    """The models that the apps of this workspace are pinned to, and what has become of them."""

    def __init__(
        self,
        database: Database,
        *,
        apps: AppService,
        runner: CanaryRunner,
        judge: CheckJudge,
        evals: EvalService,
        alerts: AlertService,
        audit: ChangeLog,
        settings: CanarySettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._apps = apps
        self._runner = runner
        self._judge = judge
        self._evals = evals
        self._teller = Teller(alerts, settings.channels)
        self._audit = audit
        self._settings = settings
        self._clock = clock

    def list_canaries(self, *, app: str | None = None, model: str | None = None) -> tuple[Canary, ...]:
        """Return what is watched: all, of an app, of a model. Raises NotFound (`unknown_canary`) for nothing."""
        every = list_canaries(self._apps.list_apps(), self._settings)
        found = tuple(one for one in every if app in (None, one.app) and model in (None, one.model))
        if not found:
            raise _unknown(every, app=app, model=model)
        return found

    async def check(
        self,
        *,
        app: str | None = None,
        model: str | None = None,
        by: str,
        accept: bool = False,
        on_check: OnCheck | None = None,
    ) -> list[Check]:
        """Ask the models now, one after the other, and return what came of it.

        With `accept` what is seen becomes the baselines, on the examples that there are now.

        Raises NotFound, Conflict (`canary_busy`) where another process asks one of them, and Unavailable.
        """
        checks: list[Check] = []
        for canary in self.list_canaries(app=app, model=model):
            if on_check is not None:
                on_check(canary)
            check = await self._check(canary, by=by, due=False, accept=accept)
            if check is None:
                raise Conflict(
                    f"{canary.name} is being checked by another process.",
                    hint="Look again in a while: `answerable models history`.",
                    code="canary_busy",
                )
            checks.append(check)
        return checks

    async def accept(self, *, app: str | None = None, model: str | None = None, by: str) -> list[Check]:
        """Make what the newest checks saw the baselines; return those that became one.

        One that saw nothing new is passed over, and so is one that failed. Raises NotFound and Unavailable.
        """
        canaries = self.list_canaries(app=app, model=model)
        accepted = []
        async with self._database.transaction() as tx:
            for canary in canaries:
                standing = await store.find_standing(tx, canary.key)
                if standing is not None and standing.check.state in _NEWS and not _is_baseline(standing):
                    await self._accept(tx, standing.check, told=standing.told, by=by)
                    accepted.append(standing.check)
        return accepted

    async def list_standings(self) -> list[Standing]:
        """Return how each model stands that was ever checked. Raises Unavailable."""
        async with self._database.transaction() as tx:
            return await store.list_standings(tx)

    async def list_checks(self, *, limit: int = 50) -> list[Check]:
        """Return checks, newest first. Raises Unavailable."""
        async with self._database.transaction() as tx:
            return await store.list_checks(tx, limit=max(1, min(limit, 1000)))

    async def check_due(self) -> int:
        """Ask the models whose time has come, unless another process does; return how many. Raises Unavailable."""
        if self._settings.every is None:
            return 0
        canaries = list_canaries(self._apps.list_apps(), self._settings)
        return sum([await self._check(canary, by="schedule", due=True) is not None for canary in canaries])

    async def run(self) -> None:
        """Check what is due until cancelled. Outlives a lost database, and whatever is wrong with a check."""
        while self._settings.every is not None:
            try:
                await self.check_due()
            except Unavailable as error:
                pass_cancellation_on()
                _log.warning("The checks of models wait for the database: %s", error.detail)
            except Exception:
                _log.exception("The checks of models met an error that they did not foresee.")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _check(self, canary: Canary, *, by: str, due: bool, accept: bool = False) -> Check | None:
        """Return the check; None where another process has the canary, or its time has not come."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            if not await store.claim(tx, canary.key, now=now, until=now + _CLAIM, due=due):
                return None
            standing = await store.find_standing(tx, canary.key)
        next_at = None
        try:
            baseline = None if standing is None else standing.baseline
            check = await self._observe(canary, baseline, by=by, newest=accept)
            next_at = self._choose_next(check)
            await self._keep(check, standing, accept=accept)
        finally:
            async with self._database.transaction() as tx:
                await store.release(tx, canary.key, next_at=next_at)
        await self._delete_old_runs(canary)
        return check

    def _choose_next(self, check: Check) -> datetime | None:
        """Return when to look again: soon at a model that gave no answers, for that may pass."""
        every = self._settings.every
        if every is None:
            return None
        return self._clock.now() + (min(every, _RETRY) if check.state == "failed" else every)

    async def _observe(self, canary: Canary, baseline: Check | None, *, by: str, newest: bool) -> Check:
        """Return the check, also where what it takes is not to be had. Raises Unavailable."""
        try:
            async with asyncio.timeout(_LONGEST.total_seconds()):
                observed = await self._runner.observe(canary, baseline, by=by, newest=newest)
                if baseline is not None and observed.run is not None and not observed.problem:
                    baseline = await self._renew(canary, baseline, observed.run)
                return await self._conclude(canary, observed, baseline, by=by)
        except Unavailable:
            raise
        except AnswerableError as error:
            problem = error.detail
        except TimeoutError:
            problem = f"It took longer than {_LONGEST.seconds // 60} minutes."
        return await self._conclude(canary, Observation(Seen(), problem=problem), baseline, by=by)

    async def _renew(self, canary: Canary, baseline: Check, run: EvalRun) -> Check:
        """Return the baseline as the evaluators of now score it, and keep that."""
        renewed = await self._runner.renew(canary, baseline, run)
        if renewed.run_id != baseline.run_id and baseline.run_id is not None:
            async with self._database.transaction() as tx:
                await store.write_run(tx, renewed)
            await self._delete_run(baseline.run_id)
        return renewed

    async def _conclude(
        self, canary: Canary, observed: Observation, baseline: Check | None, *, by: str
    ) -> Check:
        spec = self._make_spec(canary)
        return await self._judge.judge(canary, observed, baseline, spec=spec, by=by, at=self._clock.now())

    def _make_spec(self, canary: Canary) -> GateSpec:
        """Return the app's gate with the canaries' own certainty: what is asked every day is wrong more often."""
        spec = self._apps.get_app(canary.app).gate if canary.app else GateSpec()
        settings = self._settings
        return spec.model_copy(update={"alpha": settings.alpha, "min_examples": settings.min_examples})

    async def _keep(self, check: Check, standing: Standing | None, *, accept: bool) -> None:
        """Store a check, with the baseline that it became and the notice that it gives, all or nothing."""
        told = "" if standing is None else standing.told
        async with self._database.transaction() as tx:
            await store.insert_check(tx, check)
            if accept and check.state != "failed":
                await self._accept(tx, check, told=told, by=check.by)
                return
            if check.state == "new":
                await store.write_baseline(tx, check, by=check.by, at=check.at)
            await self._teller.tell(tx, check, standing)

    async def _accept(self, tx: Connection, check: Check, *, told: str, by: str) -> None:
        await store.write_baseline(tx, check, by=by, at=self._clock.now())
        await self._teller.tell_accepted(tx, check, told=told)
        details = {"check": str(check.id), "app": check.app, "label": check.label, "state": check.state}
        await self._audit.note(tx, actor=by, action="model.accept", target=check.model, details=details)

    async def _delete_old_runs(self, canary: Canary) -> None:
        async with self._database.transaction() as tx:
            runs = await store.take_old_runs(tx, canary.key, kept=_RUNS_KEPT)
        for run in runs:
            await self._delete_run(run)

    async def _delete_run(self, run: UUID) -> None:
        with suppress(NotFound):  # somebody else did
            await self._evals.delete(run)


def _is_baseline(standing: Standing) -> bool:
    return standing.baseline is not None and standing.baseline.id == standing.check.id


def _unknown(every: Sequence[Canary], *, app: str | None, model: str | None) -> NotFound:
    asked = " in ".join(name for name in (model, app) if name)
    if not every:
        return NotFound(
            "No app has a model at the labels that are watched.",
            hint="`answerable apps list` shows the labels; [model_checks] names those that are watched.",
            code="unknown_canary",
        )
    names = sorted({one.app for one in every if one.app} | {one.model for one in every})
    return NotFound(
        f"{asked} is not watched.",
        hint=suggest(model or app or "", names) or f"There are: {', '.join(names)}.",
        code="unknown_canary",
    )
