"""What is measured, and what evaluators may need of the rest of the system."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from answerable.answering.front import FrontService
from answerable.answering.grounding_check import make_verify
from answerable.answering.measuring import AppMeasurer
from answerable.answering.verifiers import Verifiers
from answerable.apps.service import AppService
from answerable.datasets.service import DatasetService
from answerable.evaluation.evaluators.context import EvaluatorContext, Vectors
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.types import AskJudge
from answerable.evaluation.planning import EvalPlanner
from answerable.evaluation.targets.search import open_search
from answerable.evaluation.targets.types import Measured
from answerable.knowledge.index.search import SearchService
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.llm.service import Models
from answerable.settings import Settings

_VERIFIER = "lexical"


def make_planner(
    settings: Settings,
    front: FrontService,
    *,
    apps: AppService,
    datasets: DatasetService,
    models: Models,
    search: SearchService,
    verifiers: Verifiers,
    ask_judge: AskJudge,
    judge_apps: JudgeApps,
) -> EvalPlanner:
    embedder = models.embedder(LOCAL_EMBEDDER)

    async def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(await embedder.embed_passages(texts), dtype=np.float32)

    async def open_retrieval(reference: str | None) -> Measured:
        variant = apps.get_variant(reference)
        return await open_search(
            search,
            app=variant.app,
            variant=variant.name,
            variant_hash=variant.hash,
            grounding=variant.content.grounding,
        )

    context = EvaluatorContext(
        embed=embed,
        embedder=LOCAL_EMBEDDER,
        verify=make_verify(verifiers.get(_VERIFIER)),
        verifier=_VERIFIER,
        ask_judge=ask_judge,
        find_judge=judge_apps.find,
        workspace=settings.workspace,
    )
    measurer = AppMeasurer(front, apps=apps, models=models, search=search, workspace=settings.workspace)
    return EvalPlanner(
        datasets=datasets,
        apps=apps,
        open_app=measurer.open,
        open_retrieval=open_retrieval,
        context=context,
        workspace=settings.workspace,
    )
