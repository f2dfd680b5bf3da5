"""Judges, how far they agree with people, and what follows from that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import Conflict, SetupError
from answerable.core.ids import new_id
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.bar import check_bar
from answerable.evaluation.judging.calibration.corrected import correct_rate
from answerable.evaluation.judging.calibration.drift import find_drift
from answerable.evaluation.judging.calibration.length import find_length_bias
from answerable.evaluation.judging.calibration.measuring import (
    Period,
    count_confusion,
    find_categories,
    list_worst,
    measure,
    measure_periods,
    measure_slices,
)
from answerable.evaluation.judging.calibration.pairing import PairReader
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.judging.calibration.types import Bar, Calibration, Found, JudgeStatus, Pair
from answerable.evaluation.judging.version import PREFIX, JudgeRef, find_judge
from answerable.evaluation.statistics.ppi import Estimate
from answerable.feedback.types import Score

_NO_BAR: Final = Bar()


class JudgeService:
    """Calibrates judges and says which can be trusted."""

    def __init__(
        self, records: CalibrationRecords, *, apps: JudgeApps, pairs: PairReader, clock: Clock
    ) -> None:
        self._records = records
        self._apps = apps
        self._pairs = pairs
        self._clock = clock

    async def list_judges(self) -> list[JudgeStatus]:
        """Return every app that can judge, the built-in ones too, by name."""
        return [await self.get(name) for name in self._apps.list_names()]

    async def get(self, name: str) -> JudgeStatus:
        """Return a judge and how far it can be trusted. Raises as `JudgeApps.find` does, but for a missing model."""
        app = name.partition("@")[0]
        problem = ""
        models: tuple[str, ...] = ()
        try:
            models = self._apps.find(name).models
        except SetupError as error:
            problem = error.detail
        ref = self._apps.find_ref(name)
        found = await self.find_calibration(ref)
        return JudgeStatus(
            name=name,
            variant=ref.variant,
            models=models,
            problem=problem,
            calibration=None if found is None else found.calibration,
            stale=found is not None and found.stale,
            builtin=self._apps.is_builtin(app),
        )

    async def list_calibrations(self, name: str, *, limit: int = 20) -> list[Calibration]:
        """Return the calibrations of a judge, newest first."""
        return await self._records.list_newest(name.partition("@")[0], limit=limit)

    async def find_last_run(self, name: str) -> UUID:
        """Return the newest eval run that has this judge, see `PairReader.find_last_run`. Raises NotFound."""
        return await self._pairs.find_last_run(name)

    async def calibrate(
        self,
        name: str,
        *,
        label: str | None = None,
        run_id: UUID | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        period: Period = "month",
        by: str = "",
    ) -> Calibration:
        """Hold a judge against people, and keep what comes of it.

        `label` is what reviewers were asked, else the judge's own name. The answers are served ones, of a time, and the
        judge is the one of now; with `run_id` both are those of an eval run, see `PairReader.find_in_run`. Raises
        NotFound, InvalidInput and Conflict (`nothing_to_compare`).
        """
        asked = label or name.removeprefix(PREFIX).partition("@")[0]
        if run_id is None:
            ref = self._apps.find_ref(name)
            pairs = await self._pairs.list_online(ref, asked, since=since, until=until)
        else:
            ref = await self._pairs.find_in_run(name, run_id)
            pairs = await self._pairs.list_run(ref, asked, run_id)
        if not pairs:
            raise _refuse(ref, asked, run_id)
        made = await asyncio.to_thread(
            make_calibration,
            pairs,
            id=new_id(),
            judge=ref,
            label=asked,
            source="online" if run_id is None else f"run:{run_id}",
            at=self._clock.now(),
            by=by,
            period=period,
            since=since,
            until=until,
        )
        await self._records.add(made)
        return made

    async def find_calibration(self, judge: JudgeRef | str) -> Found | None:
        """Return how far a judge agrees with people, see `CalibrationRecords.find`."""
        return await self._records.find(judge)

    async def find_calibrations(self, scores: Iterable[Score]) -> dict[UUID, Found | None]:
        """Return how far the judges of served answers agree with people, see `CalibrationRecords.find_of_scores`."""
        return await self._records.find_of_scores(scores)

    async def may_gate(self, version: str, *, bar: Bar = _NO_BAR) -> str | None:
        """Return why the scores of an evaluator's version must not gate, None where they may; code always may."""
        ref = find_judge(version)
        return None if ref is None else check_bar(ref, await self._records.find(ref), bar)

    async def estimate_rate(
        self,
        name: str,
        *,
        label: str | None = None,
        run_id: UUID | None = None,
        app: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        alpha: float = 0.05,
    ) -> Estimate:
        """Return what people would give on average, from 0 to 1, to all the answers that a judge scored.

        It takes in what reviewers said of some of them, which must be a random part; `label` and `run_id` are as in
        `calibrate`, `app` is the one whose answers are meant. Raises NotFound and InvalidInput (`too_few_labels`).
        """
        asked = label or name.removeprefix(PREFIX).partition("@")[0]
        if run_id is None:
            ref = self._apps.find_ref(name)
            judged = await self._pairs.read_judged(ref, app=app, since=since, until=until)
        else:
            judged = await self._pairs.read_judged_run(await self._pairs.find_in_run(name, run_id), run_id)
        labelled = await self._pairs.read_labels(sorted(judged), asked)
        return await asyncio.to_thread(correct_rate, judged, labelled, alpha=alpha)


def make_calibration(
    pairs: Sequence[Pair],
    *,
    id: UUID,
    judge: JudgeRef,
    label: str,
    source: str,
    at: datetime,
    by: str = "",
    period: Period = "month",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Calibration:
    """Return the calibration that these pairs, one at least, come to. CPU-bound."""
    categories = find_categories(pairs)
    periods = measure_periods(pairs, categories, by=period) if source == "online" else ()
    return Calibration(
        id=id,
        app=judge.app,
        variant=judge.variant,
        label=label,
        source=source,
        created_at=at,
        by=by,
        agreement=measure(pairs, categories),
        categories=categories,
        confusion=count_confusion(pairs, categories),
        slices=measure_slices(pairs, categories),
        periods=periods,
        drift=find_drift(periods),
        length=find_length_bias(pairs),
        worst=list_worst(pairs),
        since=since,
        until=until,
    )


def _refuse(judge: JudgeRef, label: str, run_id: UUID | None) -> Conflict:
    where = "served answers" if run_id is None else f"the run {run_id}"
    return Conflict(
        f"Of {where} none has both a score of the judge {judge.app} ({judge.variant}) and a label {label!r} of people.",
        hint="Let reviewers label judged answers in a queue with that label, or name the one they have with `--label`;"
        " or evaluate the judge itself over examples that expect its verdict, and name that run.",
        code="nothing_to_compare",
    )
