"""Evaluation: what is measured, what evaluators may need of the rest of the system, judges, gates, canaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from answerable.answering.front import FrontService
from answerable.answering.grounding_check import make_verify
from answerable.answering.measuring import AppMeasurer
from answerable.answering.verifiers import Verifiers
from answerable.apps.service import AppService
from answerable.datasets.service import DatasetService
from answerable.evaluation.canaries.service import CanaryService
from answerable.evaluation.evaluators.context import EvaluatorContext, Vectors
from answerable.evaluation.gating.service import GateService
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.judging.calibration.service import JudgeService
from answerable.evaluation.judging.types import AskJudge
from answerable.evaluation.planning import EvalPlanner, OpenApp
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.targets.search import open_search
from answerable.evaluation.targets.types import Measured
from answerable.feedback.service import FeedbackService
from answerable.knowledge.index.search import SearchService
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.monitoring.alerts.service import AlertService
from answerable.quality.online.judged import JudgedRuns
from answerable.traces.service import TraceService
from answerable.wiring.canaries import make_canaries
from answerable.wiring.ground import Ground
from answerable.wiring.judging import make_ask_judge, make_judges, make_may_gate

_VERIFIER = "lexical"


@dataclass(frozen=True, slots=True)
class Evaluation:
    runs: EvalService
    planner: EvalPlanner
    ask_judge: AskJudge
    judge_apps: JudgeApps
    judges: JudgeService
    gates: GateService
    canaries: CanaryService


def make_evaluation(
    ground: Ground,
    front: FrontService,
    *,
    datasets: DatasetService,
    search: SearchService,
    verifiers: Verifiers,
    traces: TraceService,
    feedback: FeedbackService,
    alerts: AlertService,
) -> Evaluation:
    database, apps, models, clock = ground.database, ground.apps, ground.models, ground.clock
    runs = EvalService(
        database,
        datasets=datasets,
        clock=clock,
        list_trust=CalibrationRecords(database).list_trust,
        erase_traces=traces.erase_traces,
    )
    judge_apps = JudgeApps(apps, default_model=models.default_chat_name)
    ask_judge = make_ask_judge(front, judge_apps, JudgedRuns(database))
    judges = make_judges(database, judge_apps, feedback=feedback, traces=traces, runs=runs, clock=clock)
    workspace = ground.settings.workspace
    measurer = AppMeasurer(front, apps=apps, models=models, search=search, workspace=workspace)
    planner = EvalPlanner(
        datasets=datasets,
        apps=apps,
        open_app=measurer.open,
        open_retrieval=_make_open_retrieval(apps, search),
        context=_make_context(ground, verifiers, ask_judge=ask_judge, judge_apps=judge_apps),
        workspace=workspace,
    )
    may_gate = make_may_gate(judges)
    return Evaluation(
        runs=runs,
        planner=planner,
        ask_judge=ask_judge,
        judge_apps=judge_apps,
        judges=judges,
        gates=GateService(database, evals=runs, may_gate=may_gate, clock=clock),
        canaries=make_canaries(
            ground, measurer, planner=planner, evals=runs, alerts=alerts, may_gate=may_gate
        ),
    )


def _make_context(
    ground: Ground, verifiers: Verifiers, *, ask_judge: AskJudge, judge_apps: JudgeApps
) -> EvaluatorContext:
    embedder = ground.models.embedder(LOCAL_EMBEDDER)

    async def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(await embedder.embed_passages(texts), dtype=np.float32)

    return EvaluatorContext(
        embed=embed,
        embedder=LOCAL_EMBEDDER,
        verify=make_verify(verifiers.get(_VERIFIER)),
        verifier=f"{_VERIFIER}+{ground.settings.embedder}",
        ask_judge=ask_judge,
        find_judge=judge_apps.find,
        workspace=ground.settings.workspace,
    )


def _make_open_retrieval(apps: AppService, search: SearchService) -> OpenApp:
    async def open_retrieval(reference: str | None) -> Measured:
        variant = apps.get_variant(reference)
        return await open_search(
            search,
            app=variant.app,
            variant=variant.name,
            variant_hash=variant.hash,
            grounding=variant.content.grounding,
        )

    return open_retrieval
