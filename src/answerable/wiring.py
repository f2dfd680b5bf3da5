"""The composition root: settings -> database -> clients -> services. Plain constructor calls, one context manager."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from answerable.access.budgets.service import BudgetService
from answerable.access.budgets.types import Budget
from answerable.access.keyfile import AdminKeyFile
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.answering.caching.service import AnswerCache
from answerable.answering.dialogue import Dialogue
from answerable.answering.follow_up.erasure import ConversationEraser
from answerable.answering.front import FrontService
from answerable.answering.grounded.runner import GroundedRunner
from answerable.answering.media.service import MediaLoader
from answerable.answering.preparing import prepare
from answerable.answering.prompting.runner import PromptRunner
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verifiers import Verifiers
from answerable.apps.files.loader import builtin_apps, load_apps
from answerable.apps.files.types import LoadedApps
from answerable.apps.service import AppService
from answerable.conversations.service import ConversationService
from answerable.core.clock import SystemClock
from answerable.core.errors import SetupError
from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.db.watch import kept_running
from answerable.jobs.queue import JobQueue
from answerable.jobs.worker import JobWorker
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionService, IngestionSettings
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.sources.types import WebLimits
from answerable.knowledge.types import IndexSettings
from answerable.llm.environment import choose_default, merge_providers
from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.llm.minilm.model import MiniLM
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.service import Models
from answerable.settings import FILE_NAME, STATE_FOLDER, ProviderEntry, Settings, load_settings
from answerable.traces.service import TraceService

__all__ = [
    "FILE_NAME",
    "STATE_FOLDER",
    "Services",
    "Settings",
    "load_settings",
    "load_workspace_apps",
    "open_services",
]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that delivery calls."""

    settings: Settings
    database: Database
    admin_key: AdminKeyFile
    access: AccessService
    models: Models
    apps: AppService
    knowledge: KnowledgeService
    ingestion: IngestionService
    job_worker: JobWorker
    search: SearchService
    verifiers: Verifiers
    budgets: BudgetService
    traces: TraceService
    files: MediaLoader
    conversations: ConversationService
    conversation_eraser: ConversationEraser
    runs: FrontService

    async def apply_workspace(self) -> None:
        """Register the apps of the workspace's files, and make their models. Raises SetupError with all problems."""
        loaded = await asyncio.to_thread(load_workspace_apps, self)
        if loaded.errors:
            raise SetupError(
                "\n".join(["The apps of the workspace are not valid:", *map(str, loaded.errors)]),
                hint="Mend the files; `answerable apply --dry-run` checks them again.",
            )
        await self.apps.apply(loaded.apps, by="serve")
        await prepare(self.apps, self.models, self.verifiers)


def load_workspace_apps(services: Services) -> LoadedApps:
    """Read the app files of the workspace, and the built-in ones that have no file of their name there.

    Off the event loop: it may run the user's own modules.
    """
    settings, model = services.settings, services.models.default_chat_name
    loaded = load_apps(settings.workspace, default_model=model)
    own = {path.stem for path in (settings.workspace / "apps").glob("*.yaml")}
    built_in = [app for app in builtin_apps(default_model=model) if app.name not in own]
    return replace(loaded, apps=(*built_in, *loaded.apps))


@asynccontextmanager
async def open_services(
    settings: Settings, *, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Services]:
    """Start the database if it is ours, migrate it, and build the services; close all of it at the end.

    Raises SetupError when the workspace, the settings or the database do not allow it.
    """
    async with AsyncExitStack() as stack:
        models = await _open_models(settings, environ, stack)
        database = await _open_database(settings, stack)
        yield await _build(settings, database, models, stack)


async def _open_database(settings: Settings, stack: AsyncExitStack) -> Database:
    if settings.database_url is not None:
        conninfo = settings.database_url.get_secret_value()
    else:
        server = EmbeddedPostgres(settings.state_folder)
        conninfo = await asyncio.to_thread(server.start)
        stack.push_async_callback(asyncio.to_thread, server.stop)
        await stack.enter_async_context(kept_running(server))
    await asyncio.to_thread(migrate, conninfo)
    database = Database(conninfo, max_size=settings.database_connections)
    await database.open()
    stack.push_async_callback(database.close)
    return database


async def _open_models(settings: Settings, environ: Mapping[str, str], stack: AsyncExitStack) -> Models:
    configured = [_provider(name, entry, environ) for name, entry in settings.providers.items()]
    models = Models(
        merge_providers(configured, environ),
        default_chat_name=settings.default_model or choose_default(environ, configured),
    )
    stack.push_async_callback(models.close)
    embedder = LocalEmbedder(await asyncio.to_thread(MiniLM.load))
    stack.push_async_callback(embedder.close)
    models.register_local_embedder(embedder)
    models.register_local_chat(ExtractiveModel(embedder))
    return models


async def _build(settings: Settings, database: Database, models: Models, stack: AsyncExitStack) -> Services:
    clock = SystemClock()
    access = AccessService(
        database,
        limiter=RateLimiter(per_minute=settings.server.requests_per_minute, clock=clock),
        clock=clock,
    )
    jobs = JobQueue(database.conninfo)
    indexes = IndexService(database)
    knowledge = KnowledgeService(database, indexes)
    ingestion = IngestionService(
        database, jobs, indexes, models.embedder, settings=_ingestion_settings(settings)
    )
    stack.push_async_callback(ingestion.close)
    search = SearchService(database, models.embedder, clock)
    verifiers = Verifiers(lexical=LexicalVerifier(models.embedder(settings.embedder)), chat=models.chat)
    apps = await _open_apps(settings, database, models, stack)
    traces = TraceService(database)
    await stack.enter_async_context(traces.written())
    budgets = BudgetService(database, _budgets(settings), clock=clock)
    await stack.enter_async_context(budgets.opened())
    cache = AnswerCache(database, clock=clock, embed=models.embedder(LOCAL_EMBEDDER).embed_query)
    await stack.enter_async_context(cache.opened())
    conversations = ConversationService(database)
    files = MediaLoader(_web_limits(settings))
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
        traces=traces,
        clock=clock,
    )
    return Services(
        settings=settings,
        database=database,
        admin_key=AdminKeyFile(settings.state_folder),
        access=access,
        models=models,
        apps=apps,
        knowledge=knowledge,
        ingestion=ingestion,
        job_worker=JobWorker(jobs, database),
        search=search,
        verifiers=verifiers,
        budgets=budgets,
        traces=traces,
        files=files,
        conversations=conversations,
        conversation_eraser=ConversationEraser(conversations=conversations, traces=traces),
        runs=front,
    )


async def _open_apps(
    settings: Settings, database: Database, models: Models, stack: AsyncExitStack
) -> AppService:
    """Load the registered apps. A workspace in which nothing was applied yet gets the built-in ones."""
    apps = AppService(database, default_app=settings.default_app, clock=SystemClock())
    await stack.enter_async_context(apps.watched())
    known = {app.name for app in apps.list_apps()}
    built_in = await asyncio.to_thread(builtin_apps, default_model=models.default_chat_name)
    missing = [app for app in built_in if app.name not in known]
    if missing:
        await apps.apply(missing, by="answerable")
    return apps


def _budgets(settings: Settings) -> list[Budget]:
    return [Budget(**entry.model_dump()) for entry in settings.budgets]


def _web_limits(settings: Settings) -> WebLimits:
    return WebLimits(allow_private_hosts=settings.ingestion.allow_private_hosts)


def _ingestion_settings(settings: Settings) -> IngestionSettings:
    chosen = settings.ingestion
    return IngestionSettings(
        index=IndexSettings(embedder=settings.embedder),
        pool=PoolSettings(processes=chosen.processes, silence=chosen.parse_timeout),
        parsing=ParseLimits(max_bytes=chosen.max_file_bytes),
        web=_web_limits(settings),
        max_upload_bytes=settings.server.max_upload_bytes,
    )


def _provider(name: str, entry: ProviderEntry, environ: Mapping[str, str]) -> ProviderSettings:
    key = entry.api_key.get_secret_value() if entry.api_key else None
    if entry.api_key_env is not None:
        key = environ.get(entry.api_key_env)
        if not key:
            raise SetupError(
                f"The provider {name!r} takes its key from {entry.api_key_env}, which is not set.",
                hint=f"Set {entry.api_key_env}, or remove the provider.",
            )
    return ProviderSettings(
        name=name,
        kind=entry.kind,
        base_url=entry.base_url,
        api_key=key,
        default_model=entry.default_model,
        options=entry.options,
        prices={model: Price(**price.model_dump()) for model, price in entry.prices.items()},
        dimensions=entry.dimensions,
        concurrency=entry.concurrency,
    )
