"""Judges: the apps that judge, how one is asked, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answerable.answering.front import FrontService
from answerable.answering.types import Caller, RunRequest
from answerable.core.clock import Clock
from answerable.db.database import Database
from answerable.evaluation.gating.barring import MayGate
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.pairing import PairReader, RunReader
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.judging.calibration.service import JudgeService
from answerable.evaluation.judging.calibration.types import Bar
from answerable.evaluation.judging.types import AskJudge, Judgement
from answerable.feedback.service import FeedbackService
from answerable.quality.online.judged import JudgedRuns
from answerable.traces.service import TraceService


def make_ask_judge(front: FrontService, judges: JudgeApps, judged: JudgedRuns) -> AskJudge:
    """Return what runs an app that judges, on no user's account; what it said about another run is not said again."""

    async def ask(
        app: str, input: Mapping[str, Any], trace_id: str, *, about: str | None = None
    ) -> Judgement:
        if about is not None:
            await judged.note(about, judge_trace_id=trace_id)
        await judges.register(app)
        request = RunRequest(app=app, input=input, purpose="judge", fresh=True, trace_id=trace_id)
        answer = await front.run(request, Caller())
        return Judgement(answer.data, answer.cost_usd, answer.variant, answer.model)

    return ask


def make_judges(
    database: Database,
    apps: JudgeApps,
    *,
    feedback: FeedbackService,
    traces: TraceService,
    runs: RunReader,
    clock: Clock,
) -> JudgeService:
    pairs = PairReader(apps=apps, feedback=feedback, traces=traces, runs=runs)
    return JudgeService(CalibrationRecords(database), apps=apps, pairs=pairs, clock=clock)


def make_may_gate(judges: JudgeService) -> MayGate:
    async def may_gate(version: str, kappa: float) -> str | None:
        return await judges.may_gate(version, bar=Bar(kappa=kappa))

    return may_gate
