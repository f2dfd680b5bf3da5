"""One scrape: what was counted and what is so now, in the format that the scraper asks for.

Each process has its own numbers; Prometheus scrapes every server and adds them up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from answerable.access.budgets.service import BudgetService
from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.db.database import Database
from answerable.jobs.queue import JobQueue
from answerable.llm.service import Models
from answerable.monitoring.metrics import state
from answerable.monitoring.metrics.state import TraceCounters

_JOBS_FRESH: Final = 10.0
"""Seconds for which the jobs are not counted again, however often and by however many somebody scrapes."""
_PATIENCE: Final = 1.0
"""Seconds that a scrape waits for the database."""
_MOST_BUDGETS: Final = 200


class MetricsService:
    """Answers scrapes; `registry` is that of the counters of this process."""

    def __init__(
        self,
        database: Database,
        jobs: JobQueue,
        *,
        models: Models,
        budgets: BudgetService,
        traces: TraceCounters,
        registry: CollectorRegistry,
        version: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._models = models
        self._budgets = budgets
        self._traces = traces
        self._registry = registry
        self._version = version
        self._clock = clock
        self._counted_at = -_JOBS_FRESH
        self._counted: Mapping[tuple[str, str], int] | None = None
        ProcessCollector(registry=registry)

    async def render(self, accept: str = "") -> tuple[bytes, str]:
        """Return the metrics and their media type, as the `Accept` header asks: text or OpenMetrics."""
        now = [*self._describe_now(), *await self._describe_jobs()]
        encode, media_type = choose_encoder(accept)
        # Some thousand lines take milliseconds; the counters may be read from a thread.
        return await asyncio.to_thread(encode, _Scrape(self._registry, now)), media_type

    def _describe_now(self) -> list[Metric]:
        return [
            state.describe_build(self._version),
            *state.describe_traces(self._traces),
            *state.describe_models(self._models.list_status()),
            state.describe_budgets(self._budgets.status(limit=_MOST_BUDGETS)),
        ]

    async def _describe_jobs(self) -> list[Metric]:
        if self._clock.monotonic() - self._counted_at >= _JOBS_FRESH:
            self._counted_at = self._clock.monotonic()
            self._counted = await self._count_jobs()
        return [] if self._counted is None else [state.describe_jobs(self._counted)]

    async def _count_jobs(self) -> Mapping[tuple[str, str], int] | None:
        try:
            async with asyncio.timeout(_PATIENCE), self._database.transaction() as tx:
                return await self._jobs.count(tx)
        except (Unavailable, TimeoutError):
            pass_cancellation_on()
            return None


class _Scrape(Collector):
    """The registry's metrics and those of now, without the times at which counters were made: they are of no use."""

    def __init__(self, registry: CollectorRegistry, now: Sequence[Metric]) -> None:
        self._registry = registry
        self._now = now

    def collect(self) -> Iterable[Metric]:
        for metric in (*self._registry.collect(), *self._now):
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
