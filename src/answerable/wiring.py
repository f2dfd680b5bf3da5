"""The composition root: settings -> database -> clients -> services. Plain constructor calls, one context manager."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from answerable.access.keyfile import AdminKeyFile
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.answering.prompt import Prompt, default_prompt
from answerable.answering.service import AnswerService
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verifiers import Verifiers
from answerable.apps.service import AppService
from answerable.apps.types import Variant
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
from answerable.knowledge.types import IndexSettings, RetrievalSettings
from answerable.llm.environment import choose_default, merge_providers
from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.service import Models
from answerable.settings import FILE_NAME, STATE_FOLDER, AppEntry, ProviderEntry, Settings, load_settings

__all__ = ["FILE_NAME", "STATE_FOLDER", "Services", "Settings", "load_settings", "open_services"]

BUILT_IN_APP = "ask"


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
    answers: AnswerService


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
        merge_providers(configured, environ), default_chat_name=choose_default(environ, configured)
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
    apps = AppService(_variants(settings, models), default=settings.default_app)
    verifiers = Verifiers(lexical=LexicalVerifier(models.embedder(settings.embedder)), chat=models.chat)
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
        answers=AnswerService(apps=apps, search=search, models=models, verifiers=verifiers, clock=clock),
    )


def _ingestion_settings(settings: Settings) -> IngestionSettings:
    chosen = settings.ingestion
    return IngestionSettings(
        index=IndexSettings(embedder=settings.embedder),
        pool=PoolSettings(processes=chosen.processes, silence=chosen.parse_timeout),
        parsing=ParseLimits(max_bytes=chosen.max_file_bytes),
        web=WebLimits(allow_private_hosts=chosen.allow_private_hosts),
        max_upload_bytes=settings.server.max_upload_bytes,
    )


def _variants(settings: Settings, models: Models) -> dict[str, Variant]:
    """Return the variant of each app: the built-in one unless the settings have their own of that name."""
    entries = {BUILT_IN_APP: AppEntry(), **settings.apps}
    if settings.default_app not in entries:
        raise SetupError(
            f"default_app names {settings.default_app!r}, which is not an app here.",
            hint=f"Apps here: {', '.join(sorted(entries))}.",
        )
    return {name: _variant(name, entry, settings.workspace, models) for name, entry in entries.items()}


def _variant(name: str, entry: AppEntry, workspace: Path, models: Models) -> Variant:
    prompt = default_prompt() if entry.prompt is None else _read_prompt(workspace / entry.prompt)
    Prompt(prompt)  # a template that cannot work stops the start, not the first question
    return Variant(
        app=name,
        name="default",
        collection=entry.collection,
        prompt=prompt,
        model=entry.model or models.default_chat_name,
        retrieval=RetrievalSettings(
            top_k=entry.top_k, candidates=entry.candidates, dense_weight=entry.dense_weight
        ),
        context_tokens=entry.context_tokens,
        temperature=entry.temperature,
        deadline=entry.deadline,
        verifier=entry.verifier,
        policy=entry.policy,
    )


def _read_prompt(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"The prompt {path} cannot be read: {error}.", hint="Mend the app's `prompt`."
        ) from error


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
        prices={
            model: Price(input=price.input, output=price.output, cached_input=price.cached_input)
            for model, price in entry.prices.items()
        },
        dimensions=entry.dimensions,
    )
