"""The limits of ingestion."""

from __future__ import annotations

from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionSettings
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.sources.types import WebLimits
from answerable.knowledge.types import IndexSettings
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
