"""Settings become services: database, clients, services, by plain constructor calls."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from answerable import __version__
from answerable.access.audit.service import AuditLog
from answerable.access.keyfile import AdminKeyFile
from answerable.access.signing_key import load_signer
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verifiers import Verifiers
from answerable.core.clock import SystemClock
from answerable.datasets.service import DatasetService
from answerable.feedback.service import FeedbackService
from answerable.feedback.tokens import FeedbackTokens
from answerable.jobs.queue import JobQueue
from answerable.jobs.worker import JobWorker
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion.service import IngestionService
from answerable.knowledge.service import KnowledgeService
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.monitoring.metrics.counters import RunCounters
from answerable.monitoring.metrics.service import MetricsService
from answerable.monitoring.series.grid import ROLLUPS_KEPT
from answerable.monitoring.service import MonitorService
from answerable.monitoring.usage.service import UsageService
from answerable.quality.erasure import Eraser
from answerable.quality.online.evaluators.registry import Evaluators
from answerable.quality.online.rules import check_rules, make_rule
from answerable.quality.scoring import Scorer
from answerable.quality.synthetic import SyntheticExamples
from answerable.settings import Settings
from answerable.traces.otlp.forwarding import Forwarding
from answerable.traces.otlp.receiving import OtlpReceiver
from answerable.traces.redaction.own_detectors import load_detectors
from answerable.traces.redaction.redactor import TraceRedactor
from answerable.traces.sharing import TraceSharing
from answerable.traces.views.service import ViewService
from answerable.wiring.answering import open_answering
from answerable.wiring.apps import open_apps
from answerable.wiring.database import open_database
from answerable.wiring.datasets import QuestionWriters
from answerable.wiring.evaluation import make_evaluation
from answerable.wiring.feedback import make_feedback_intake, make_sessions, open_signals
from answerable.wiring.ground import Ground
from answerable.wiring.keys import make_access
from answerable.wiring.knowledge import make_ingestion_settings, open_index_versions
from answerable.wiring.models import open_models
from answerable.wiring.monitoring import make_alerts, make_online
from answerable.wiring.review import make_review
from answerable.wiring.services import Services
from answerable.wiring.tracing import make_traces, open_recorder, open_sender


@asynccontextmanager
async def open_services(
    settings: Settings, *, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Services]:
    """Start the database if it is ours, migrate it, and build the services; close all of it at the end.

    Raises SetupError when the workspace, the settings or the database do not allow it.
    """
    async with AsyncExitStack() as stack:
        models = await open_models(settings, environ, stack)
        database = await open_database(settings, stack)
        audit = AuditLog(database)
        apps = await open_apps(
            settings,
            database,
            models.default_chat_name,
            audit,
            stack,
            check_reranker=models.admit_reranker,
        )
        yield await _build(Ground(settings, environ, stack, database, models, apps, audit, SystemClock()))


async def _build(ground: Ground) -> Services:
    settings, stack, database, models = ground.settings, ground.stack, ground.database, ground.models
    apps, audit, clock, registry = ground.apps, ground.audit, ground.clock, ground.registry
    access = make_access(settings, database, audit, clock)
    jobs = JobQueue(database.conninfo)
    indexes = IndexService(database)
    knowledge = KnowledgeService(database, indexes, audit=audit)
    ingestion = IngestionService(
        database, jobs, indexes, models.embedder, settings=make_ingestion_settings(settings)
    )
    stack.push_async_callback(ingestion.close)
    search = SearchService(database, models.embedder, clock, rerankers=models.reranker)
    verifiers = Verifiers(lexical=LexicalVerifier(models.embedder(settings.embedder)), chat=models.chat)
    rules = [make_rule(**entry.model_dump()) for entry in settings.online]
    check_rules(rules)
    sender = await open_sender(settings, stack)
    redactor = TraceRedactor(load_detectors(settings.traces.detectors, workspace=settings.workspace))
    redact = redactor.redact if sender is None else Forwarding(redactor.redact, sender)
    traces = make_traces(settings, database, apps, clock, redact, rules)
    await stack.enter_async_context(traces.written())
    signer = await load_signer(database)
    tokens = FeedbackTokens(signer, clock=clock, days=settings.feedback.token_days)
    feedback = FeedbackService(database)

    def reduce(app: str, text: str) -> str:
        return redactor.redact_text(text, apps.get_trace_policy(app))

    scorer = Scorer(
        database=database,
        feedback=feedback,
        traces=traces,
        clock=clock,
        redact=reduce,
    )
    await open_signals(database, feedback, traces, scorer, models, apps, stack)
    recorder = open_recorder(settings, traces, RunCounters(registry).note, stack)
    answering = await open_answering(
        ground,
        search=search,
        ingestion=ingestion,
        verifiers=verifiers,
        recorder=recorder,
        tokens=tokens,
        reduce=reduce,
    )
    front, conversations, budgets = answering.front, answering.conversations, answering.budgets
    datasets = DatasetService(database, embed=models.embedder(LOCAL_EMBEDDER).embed_query, clock=clock)
    review = make_review(ground, traces=traces, feedback=feedback, knowledge=knowledge, datasets=datasets)
    alerts = make_alerts(settings, ground.environ, database, traces, registry, audit)
    evaluation = make_evaluation(
        ground,
        front,
        datasets=datasets,
        search=search,
        verifiers=verifiers,
        traces=traces,
        feedback=feedback,
        alerts=alerts,
    )
    judging = Evaluators(ask=evaluation.ask_judge, find=evaluation.judge_apps.find, knowledge=knowledge)
    online = make_online(database, rules, judging, traces, feedback, registry)
    eraser = Eraser(
        database,
        traces=traces,
        conversations=conversations,
        of_traces={
            "scores": feedback,
            "cached_answers": answering.cache,
            "review_items": review.service,
            "examples": datasets,
            "judgements": online,
            "eval_results": evaluation.runs,
        },
        of_users={"scores": feedback, "budget_days": budgets},
        audit=audit,
    )
    return Services(
        settings=settings,
        database=database,
        admin_key=AdminKeyFile(settings.state_folder),
        access=access,
        audit=audit,
        models=models,
        apps=apps,
        knowledge=knowledge,
        index_versions=open_index_versions(
            settings, database, jobs, indexes, ingestion, models=models, apps=apps, audit=audit
        ),
        ingestion=ingestion,
        job_worker=JobWorker(jobs, database),
        search=search,
        verifiers=verifiers,
        budgets=budgets,
        traces=traces,
        trace_views=ViewService(database, clock=clock),
        trace_sharing=TraceSharing(database, signer, clock=clock, log=audit),
        files=answering.files,
        conversations=conversations,
        eraser=eraser,
        runs=front,
        sessions=make_sessions(settings, access, signer),
        feedback=feedback,
        feedback_intake=make_feedback_intake(settings, scorer, traces, conversations, tokens),
        reviews=review.service,
        review_desk=review.desk,
        review_exchange=review.exchange,
        queue_filler=review.filler,
        datasets=datasets,
        examples=review.examples,
        synthetic=SyntheticExamples(datasets=datasets, knowledge=knowledge),
        question_writers=QuestionWriters(front, apps),
        otlp_receiver=OtlpReceiver(traces),
        otlp_sender=sender,
        monitor=MonitorService(database, apps, kept=ROLLUPS_KEPT, clock=clock),
        usage=UsageService(database, access, kept=ROLLUPS_KEPT, clock=clock),
        metrics=MetricsService(
            database,
            jobs,
            models=models,
            budgets=budgets,
            traces=traces,
            registry=registry,
            version=__version__,
            clock=clock,
        ),
        alerts=alerts,
        online=online,
        evals=evaluation.runs,
        eval_planner=evaluation.planner,
        ask_judge=evaluation.ask_judge,
        judge_apps=evaluation.judge_apps,
        judges=evaluation.judges,
        gates=evaluation.gates,
        canaries=evaluation.canaries,
    )
