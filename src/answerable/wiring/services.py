"""Everything that delivery calls, and what it may ask of all of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from answerable.access.audit.service import AuditLog
from answerable.access.budgets.service import BudgetService
from answerable.access.keyfile import AdminKeyFile
from answerable.access.service import AccessService
from answerable.access.sessions import SessionService
from answerable.answering.front import FrontService
from answerable.answering.media.service import MediaLoader
from answerable.answering.preparing import prepare
from answerable.answering.verifiers import Verifiers
from answerable.apps.files.loader import builtin_apps, load_apps
from answerable.apps.files.types import LoadedApps
from answerable.apps.service import AppService
from answerable.conversations.service import ConversationService
from answerable.core.errors import SetupError
from answerable.datasets.service import DatasetService
from answerable.db.database import Database
from answerable.evaluation.canaries.service import CanaryService
from answerable.evaluation.evaluators.checking import list_faults
from answerable.evaluation.gating.service import GateService
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.service import JudgeService
from answerable.evaluation.judging.types import AskJudge
from answerable.evaluation.planning import EvalPlanner
from answerable.evaluation.runs.service import EvalService
from answerable.feedback.service import FeedbackService
from answerable.jobs.worker import JobWorker
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index_versions.service import IndexVersions
from answerable.knowledge.ingestion.service import IngestionService
from answerable.knowledge.service import KnowledgeService
from answerable.llm.service import Models
from answerable.monitoring.alerts.service import AlertService
from answerable.monitoring.metrics.service import MetricsService
from answerable.monitoring.service import MonitorService
from answerable.monitoring.usage.service import UsageService
from answerable.quality.erasure import Eraser
from answerable.quality.examples import ExampleMaker
from answerable.quality.feedback import FeedbackIntake
from answerable.quality.label_studio import ReviewExchange
from answerable.quality.online.service import OnlineEvaluation
from answerable.quality.queues.filling import QueueFiller
from answerable.quality.reviews import ReviewDesk
from answerable.quality.synthetic import SyntheticExamples
from answerable.reviews.service import ReviewService
from answerable.settings import FILE_NAME, Settings
from answerable.traces.otlp.receiving import OtlpReceiver
from answerable.traces.otlp.sending import OtlpSender
from answerable.traces.service import TraceService
from answerable.traces.sharing import TraceSharing
from answerable.traces.views.service import ViewService
from answerable.wiring.datasets import QuestionWriters


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that delivery calls."""

    settings: Settings
    database: Database
    admin_key: AdminKeyFile
    access: AccessService
    audit: AuditLog
    models: Models
    apps: AppService
    knowledge: KnowledgeService
    index_versions: IndexVersions
    ingestion: IngestionService
    job_worker: JobWorker
    search: SearchService
    verifiers: Verifiers
    budgets: BudgetService
    traces: TraceService
    trace_views: ViewService
    trace_sharing: TraceSharing
    files: MediaLoader
    conversations: ConversationService
    eraser: Eraser
    runs: FrontService
    sessions: SessionService
    feedback: FeedbackService
    feedback_intake: FeedbackIntake
    reviews: ReviewService
    review_desk: ReviewDesk
    review_exchange: ReviewExchange
    queue_filler: QueueFiller
    datasets: DatasetService
    examples: ExampleMaker
    synthetic: SyntheticExamples
    question_writers: QuestionWriters
    otlp_receiver: OtlpReceiver
    otlp_sender: OtlpSender | None
    monitor: MonitorService
    usage: UsageService
    metrics: MetricsService
    alerts: AlertService
    online: OnlineEvaluation
    evals: EvalService
    eval_planner: EvalPlanner
    ask_judge: AskJudge
    judge_apps: JudgeApps
    judges: JudgeService
    gates: GateService
    canaries: CanaryService

    async def apply_workspace(self) -> None:
        """Register the apps of the workspace's files, and make their models. Raises SetupError with all problems."""
        loaded = await asyncio.to_thread(load_workspace_apps, self)
        if loaded.errors:
            raise SetupError(
                "\n".join(["The apps of the workspace are not valid:", *map(str, loaded.errors)]),
                hint="Mend the files; `answerable apply --dry-run` checks them again.",
            )
        await self.apps.apply(loaded.apps, by="serve")
        await self._note_settings()
        await prepare(self.apps, self.models, self.verifiers)

    async def _note_settings(self) -> None:
        """Put the settings that are policies into the audit log, when they are others than at the last start."""
        policies = self.settings.model_dump(mode="json", include={"traces", "budgets"})
        async with self.database.transaction() as tx:
            await self.audit.note_if_new(
                tx, actor="serve", action="settings.change", target=FILE_NAME, details=policies
            )


def load_workspace_apps(services: Services) -> LoadedApps:
    """Read the app files of the workspace, and the built-in ones that have no file of their name there.

    Off the event loop: it may run the user's own modules.
    """
    settings, model = services.settings, services.models.default_chat_name
    loaded = load_apps(settings.workspace, default_model=model, list_faults=list_faults)
    own = {path.stem for path in (settings.workspace / "apps").glob("*.yaml")}
    built_in = [app for app in builtin_apps(default_model=model) if app.name not in own]
    return replace(loaded, apps=(*built_in, *loaded.apps))
