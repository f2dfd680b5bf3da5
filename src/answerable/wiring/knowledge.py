"""The limits of ingestion, and the indexes of collections."""

from __future__ import annotations

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.db.database import Database
from answerable.jobs.queue import JobQueue
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index_versions.follower import IndexFollower
from answerable.knowledge.index_versions.service import IndexVersions
from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionService, IngestionSettings
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.sources.types import WebLimits
from answerable.knowledge.types import IndexSettings
from answerable.llm.service import Models
from answerable.settings import Settings


def make_web_limits(settings: Settings) -> WebLimits:
    return WebLimits(allow_private_hosts=settings.ingestion.allow_private_hosts)


def make_ingestion_settings(settings: Settings) -> IngestionSettings:
    chosen = settings.ingestion
    return IngestionSettings(
        index=IndexSettings(embedder=settings.embedder),
        pool=PoolSettings(processes=chosen.processes, silence=chosen.parse_timeout),
        parsing=ParseLimits(max_bytes=chosen.max_file_bytes),
        web=make_web_limits(settings),
        max_upload_bytes=settings.server.max_upload_bytes,
    )


def open_index_versions(
    settings: Settings,
    database: Database,
    jobs: JobQueue,
    indexes: IndexService,
    ingestion: IngestionService,
    *,
    models: Models,
    apps: AppService,
    audit: AuditLog,
) -> IndexVersions:
    """Register the job that keeps indexes up to date, and return the service over them."""
    IndexFollower(database, jobs, indexes, ingestion.embedder)

    def list_uses(collection: str, index: str) -> list[str]:
        return [
            f"{app.name}@{label.name}"
            for app in apps.list_apps()
            for label in app.labels.values()
            if (grounding := label.variant.content.grounding) is not None
            and (grounding.collection, grounding.index) == (collection, index)
        ]

    return IndexVersions(
        database,
        jobs,
        indexes,
        models.embedder,
        defaults=IndexSettings(embedder=settings.embedder),
        list_uses=list_uses,
        audit=audit,
    )
