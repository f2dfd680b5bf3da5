"""Settings become services: database, clients, services, by plain constructor calls."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from prometheus_client import CollectorRegistry

from answerable import __version__
from answerable.access.audit.service import AuditLog
from answerable.access.budgets.service import BudgetService
from answerable.access.budgets.types import Budget
from answerable.access.keyfile import AdminKeyFile
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.access.signing_key import load_signer
from answerable.answering.caching.service import AnswerCache
from answerable.answering.dialogue import Dialogue
from answerable.answering.front import FrontService
from answerable.answering.grounded.runner import GroundedRunner
from answerable.answering.media.service import MediaLoader
from answerable.answering.prompting.runner import PromptRunner
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verifiers import Verifiers
from answerable.conversations.service import ConversationService
from answerable.core.clock import SystemClock
from answerable.datasets.service import DatasetService
from answerable.db.database import Database
from answerable.evaluation.gating.service import GateService
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.evaluation.runs.service import EvalService
from answerable.feedback.service import FeedbackService
from answerable.feedback.tokens import FeedbackTokens
from answerable.jobs.queue import JobQueue
from answerable.jobs.worker import JobWorker
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion.service import IngestionService
from answerable.knowledge.service import KnowledgeService
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.llm.service import Models
from answerable.monitoring.metrics.counters import RunCounters
from answerable.monitoring.metrics.service import MetricsService
from answerable.monitoring.series.grid import ROLLUPS_KEPT
from answerable.monitoring.service import MonitorService
from answerable.monitoring.usage.service import UsageService
from answerable.quality.cases import CaseReader
from answerable.quality.erasure import Eraser
from answerable.quality.examples import ExampleMaker
from answerable.quality.label_studio import ReviewExchange
from answerable.quality.online.evaluators.registry import Evaluators
from answerable.quality.online.judged import JudgedRuns
from answerable.quality.online.rules import check_rules, make_rule
from answerable.quality.online.sampling import Sampler
from answerable.quality.queues.filling import QueueFiller
from answerable.quality.reviews import ReviewDesk
from answerable.quality.scoring import Scorer
from answerable.quality.synthetic import SyntheticExamples
from answerable.reviews.service import ReviewService
from answerable.reviews.work import ReviewWork
from answerable.settings import Settings
from answerable.traces.otlp.forwarding import Forwarding
from answerable.traces.otlp.receiving import OtlpReceiver
from answerable.traces.redaction.own_detectors import load_detectors
from answerable.traces.redaction.redactor import TraceRedactor
from answerable.traces.sharing import TraceSharing
from answerable.traces.views.service import ViewService
from answerable.wiring.apps import open_apps
from answerable.wiring.canaries import make_canaries
from answerable.wiring.database import open_database
from answerable.wiring.datasets import QuestionWriters
from answerable.wiring.evaluation import make_planner
from answerable.wiring.feedback import make_feedback_intake, make_sessions, open_signals
from answerable.wiring.judging import make_ask_judge, make_judges, make_may_gate
from answerable.wiring.knowledge import make_ingestion_settings, make_web_limits, open_index_versions
from answerable.wiring.models import open_models
from answerable.wiring.monitoring import make_alerts, make_online
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
        yield await _build(settings, environ, database, models, stack)


async def _build(
    settings: Settings,
    environ: Mapping[str, str],
    database: Database,
    models: Models,
    stack: AsyncExitStack,
) -> Services:
    clock = SystemClock()
    audit = AuditLog(database)
    access = AccessService(
        database,
        limiter=RateLimiter(per_minute=settings.server.requests_per_minute, clock=clock),
        clock=clock,
        audit=audit,
    )
    jobs = JobQueue(database.conninfo)
    indexes = IndexService(database)
    knowledge = KnowledgeService(database, indexes, audit=audit)
    ingestion = IngestionService(
        database, jobs, indexes, models.embedder, settings=make_ingestion_settings(settings)
    )
    stack.push_async_callback(ingestion.close)
    search = SearchService(database, models.embedder, clock)
    verifiers = Verifiers(lexical=LexicalVerifier(models.embedder(settings.embedder)), chat=models.chat)
    apps = await open_apps(settings, database, models, audit, stack)
    index_versions = open_index_versions(
        settings, database, jobs, indexes, ingestion, models=models, apps=apps, audit=audit
    )
    sender = await open_sender(settings, stack)
    rules = [make_rule(**entry.model_dump()) for entry in settings.online]
    check_rules(rules)
    redactor = TraceRedactor(load_detectors(settings.traces.detectors, workspace=settings.workspace))
    redact = redactor.redact if sender is None else Forwarding(redactor.redact, sender)
    traces = make_traces(settings, database, apps, clock, redact, Sampler(rules))
    await stack.enter_async_context(traces.written())
    budgets = BudgetService(database, _budgets(settings), clock=clock)
    await stack.enter_async_context(budgets.opened())
    cache = AnswerCache(
        database,
        clock=clock,
        embed=models.embedder(LOCAL_EMBEDDER).embed_query,
        may_share=lambda app: apps.get_trace_policy(app).content == "full",
    )
    await stack.enter_async_context(cache.opened())
    registry = CollectorRegistry()
    runs_counted = RunCounters(registry)
    conversations = ConversationService(database)
    files = MediaLoader(make_web_limits(settings))
    signer = await load_signer(database)
    tokens = FeedbackTokens(signer, clock=clock, days=settings.feedback.token_days)
    feedback = FeedbackService(database)
    scorer = Scorer(
        database=database,
        feedback=feedback,
        traces=traces,
        clock=clock,
        redact=lambda app, text: redactor.redact_text(text, apps.get_trace_policy(app)),
    )
    await open_signals(database, feedback, traces, scorer, models, apps, stack)
    recorder = open_recorder(settings, traces, runs_counted.note, stack)
    front = FrontService(
        apps=apps,
        runners={
            "rag": GroundedRunner(search=search, models=models, verifiers=verifiers, clock=clock),
            "prompt": PromptRunner(models=models, files=files, clock=clock),
        },
        models=models,
        search=search,
        budgets=budgets,
        cache=cache,
        dialogue=Dialogue(conversations),
        recorder=recorder,
        clock=clock,
        feedback_tokens=tokens,
    )
    reviews = ReviewService(database, clock=clock, audit=audit)
    cases = CaseReader(reviews=reviews, traces=traces, feedback=feedback, knowledge=knowledge)
    desk = ReviewDesk(
        database=database, reviews=reviews, work=ReviewWork(clock=clock), cases=cases, feedback=feedback
    )
    datasets = DatasetService(database, embed=models.embedder(LOCAL_EMBEDDER).embed_query, clock=clock)
    evals = EvalService(
        database,
        datasets=datasets,
        clock=clock,
        list_trust=CalibrationRecords(database).list_trust,
        erase_traces=traces.erase_traces,
    )
    judge_apps = JudgeApps(apps, default_model=models.default_chat_name)
    ask = make_ask_judge(front, judge_apps, JudgedRuns(database))
    judging = Evaluators(ask=ask, find=judge_apps.find, knowledge=knowledge)
    online = make_online(database, rules, judging, traces, feedback, registry)
    eraser = Eraser(
        database,
        traces=traces,
        conversations=conversations,
        of_traces={
            "scores": feedback,
            "cached_answers": cache,
            "review_items": reviews,
            "examples": datasets,
            "judgements": online,
            "eval_results": evals,
        },
        of_users={"scores": feedback, "budget_days": budgets},
        audit=audit,
    )
    alerts = make_alerts(settings, environ, database, traces, registry, audit)
    planner = make_planner(
        settings,
        front,
        apps=apps,
        datasets=datasets,
        models=models,
        search=search,
        verifiers=verifiers,
        ask_judge=ask,
        judge_apps=judge_apps,
    )
    canaries = make_canaries(
        settings,
        database,
        front,
        apps=apps,
        models=models,
        search=search,
        planner=planner,
        evals=evals,
        alerts=alerts,
        audit=audit,
    )
    judges = make_judges(database, judge_apps, feedback=feedback, traces=traces, runs=evals, clock=clock)
    return Services(
        settings=settings,
        database=database,
        admin_key=AdminKeyFile(settings.state_folder),
        access=access,
        audit=audit,
        models=models,
        apps=apps,
        knowledge=knowledge,
        index_versions=index_versions,
        ingestion=ingestion,
        job_worker=JobWorker(jobs, database),
        search=search,
        verifiers=verifiers,
        budgets=budgets,
        traces=traces,
        trace_views=ViewService(database, clock=clock),
        trace_sharing=TraceSharing(database, signer, clock=clock, log=audit),
        files=files,
        conversations=conversations,
        eraser=eraser,
        runs=front,
        sessions=make_sessions(settings, access, signer),
        feedback=feedback,
        feedback_intake=make_feedback_intake(settings, scorer, traces, conversations, tokens),
        reviews=reviews,
        review_desk=desk,
        review_exchange=ReviewExchange(
            reviews=reviews, desk=desk, cases=cases, traces=traces, knowledge=knowledge, clock=clock
        ),
        queue_filler=QueueFiller(reviews=reviews, traces=traces, feedback=feedback, apps=apps, clock=clock),
        datasets=datasets,
        examples=ExampleMaker(datasets=datasets, traces=traces, reviews=reviews, knowledge=knowledge),
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
        evals=evals,
        eval_planner=planner,
        ask_judge=ask,
        judge_apps=judge_apps,
        judges=judges,
        gates=GateService(database, evals=evals, may_gate=make_may_gate(judges), clock=clock),
        canaries=canaries,
    )


def _budgets(settings: Settings) -> list[Budget]:
    return [Budget(**entry.model_dump()) for entry in settings.budgets]
