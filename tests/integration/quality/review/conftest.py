"""Everything that a queue touches, over one database, with the machine's clock put forward by tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.core.ids import new_trace_id
from answerable.datasets.service import DatasetService
from answerable.db.database import Database
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Score, Source
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.service import KnowledgeService
from answerable.quality.cases import CaseReader
from answerable.quality.examples import ExampleMaker
from answerable.quality.label_studio import ReviewExchange
from answerable.quality.queues.filling import QueueFiller
from answerable.quality.reviews import ReviewDesk
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Item, Queue
from answerable.reviews.work import ReviewWork
from answerable.traces.service import TraceService
from answerable.traces.types import Trace
from tests.fakes.clock import ShiftedClock
from tests.fakes.embedder import HashingEmbedder
from tests.integration.apps.files import make_file
from tests.integration.reviews.specs import make_spec


@dataclass(frozen=True)
class World:
    database: Database
    clock: ShiftedClock
    traces: TraceService
    feedback: FeedbackService
    reviews: ReviewService
    filler: QueueFiller
    desk: ReviewDesk
    datasets: DatasetService
    examples: ExampleMaker
    exchange: ReviewExchange

    async def make_queue(self, **changes: Any) -> Queue:
        return await self.reviews.create(make_spec(**changes), by="ana")

    def ago(self, **before: float) -> datetime:
        return self.clock.now() - timedelta(**before)

    def record(self, **changes: Any) -> Trace:
        """Record a run that began now, unless something else is said."""
        values: dict[str, Any] = {
            "id": new_trace_id(),
            "span_id": new_trace_id()[:16],
            "started_at": self.clock.now(),
            "app": "ask",
            "variant": "main@0123456789ab",
            "variant_hash": "0" * 64,
            "status": "ok",
            "input": {"input": {"question": "How far is the light seen?"}},
            "output": "The light is seen for 20 miles.",
        }
        trace = Trace(**{**values, **changes})
        self.traces.record(trace)
        return trace

    async def score(
        self, trace: Trace, name: str, value: float, *, source: Source = "judge", **rest: Any
    ) -> None:
        score = Score(
            trace_id=trace.id,
            app=trace.app,
            variant=trace.variant,
            answered_at=trace.started_at,
            name=name,
            source=source,
            value=value,
            **rest,
        )
        async with self.database.transaction() as tx:
            await self.feedback.add_score(tx, score)
            if name == "thumb":
                await self.traces.note_feedback(tx, trace.id, thumb=1 if value else -1, accepted=bool(value))

    async def look(self, queue: Queue, *, seconds: float = 5) -> list[Item]:
        """Let time go by, look for what is new, and return what is in the queue."""
        await self.traces.flush()
        self.clock.advance(seconds)
        await self.filler.fill_new(await self.reviews.get(queue.name))
        return await self.list_items(queue)

    async def list_items(self, queue: Queue) -> list[Item]:
        return list((await self.reviews.list_items(queue, limit=1000)).items)

    async def list_traces(self, queue: Queue) -> set[str]:
        return {item.trace_id for item in await self.list_items(queue)}


@pytest_asyncio.fixture
async def world(database: Database) -> AsyncIterator[World]:
    clock = ShiftedClock()
    apps = AppService(database, default_app="ask", clock=clock, audit=AuditLog(database))
    await apps.apply([make_file("ask"), make_file("other", main="One.", terse="Two.")], by="ana")
    traces = TraceService(database)
    feedback = FeedbackService(database)
    reviews = ReviewService(database, clock=clock, audit=AuditLog(database))
    knowledge = KnowledgeService(database, IndexService(database), audit=AuditLog(database))
    cases = CaseReader(
        reviews=reviews,
        traces=traces,
        feedback=feedback,
        knowledge=knowledge,
        calibrations=CalibrationRecords(database),
    )
    datasets = DatasetService(database, embed=HashingEmbedder(dimensions=384).embed_query, clock=clock)
    desk = ReviewDesk(
        database=database, reviews=reviews, work=ReviewWork(clock=clock), cases=cases, feedback=feedback
    )
    world = World(
        database=database,
        clock=clock,
        traces=traces,
        feedback=feedback,
        reviews=reviews,
        filler=QueueFiller(
            reviews=reviews, traces=traces, feedback=feedback, apps=apps, clock=clock, settled=0, pause=0.05
        ),
        desk=desk,
        datasets=datasets,
        examples=ExampleMaker(datasets=datasets, traces=traces, reviews=reviews, knowledge=knowledge),
        exchange=ReviewExchange(
            reviews=reviews, desk=desk, cases=cases, traces=traces, knowledge=knowledge, clock=clock
        ),
    )
    async with traces.written():
        yield world


@pytest.fixture
def random_half() -> dict[str, Any]:
    return {"any": [{"random": 0.5}]}
