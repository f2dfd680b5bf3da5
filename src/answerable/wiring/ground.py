"""What every part of the wiring stands on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.llm.service import Models
from answerable.settings import Settings


@dataclass(frozen=True, slots=True)
class Ground:
    """Settings, database, models and apps are open; what a part opens goes onto `stack`, to be closed at the end."""

    settings: Settings
    environ: Mapping[str, str]
    stack: AsyncExitStack
    database: Database
    models: Models
    apps: AppService
    audit: AuditLog
    clock: SystemClock
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
