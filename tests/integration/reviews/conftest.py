"""A desk over one database, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from answerable.access.audit.service import AuditLog
from answerable.db.database import Database
from answerable.reviews.answers import Answers
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Candidate, Held, Item, Queue, Saved, Undone
from answerable.reviews.work import ReviewWork
from tests.fakes.clock import FixedClock
from tests.integration.reviews.specs import make_candidates, make_spec


@dataclass(frozen=True)
class Desk:
    """Each call in a transaction of its own, as a request has it."""

    database: Database
    clock: FixedClock
    service: ReviewService
    work: ReviewWork

    async def make_queue(
        self, items: int = 0, *, candidates: Sequence[Candidate] = (), **changes: Any
    ) -> Queue:
        queue = await self.service.create(make_spec(**changes), by="ana")
        await self.service.add(queue, candidates or make_candidates(items))
        return queue

    async def next(self, queue: Queue, annotator: str, *besides: int) -> Held | None:
        async with self.database.transaction() as tx:
            return await self.work.take_next(tx, queue, annotator, besides=besides)

    async def take(self, queue: Queue, annotator: str, *besides: int) -> Item:
        held = await self.next(queue, annotator, *besides)
        assert held is not None
        return held.item

    async def save(self, queue: Queue, item: Item, annotator: str, labels: Answers, **rest: Any) -> Saved:
        async with self.database.transaction() as tx:
            return await self.work.save(tx, queue, item.id, annotator, labels, **rest)

    async def label_next(self, queue: Queue, annotator: str, labels: Answers, **rest: Any) -> Saved:
        return await self.save(queue, await self.take(queue, annotator), annotator, labels, **rest)

    async def undo(self, queue: Queue, annotator: str) -> Undone:
        async with self.database.transaction() as tx:
            return await self.work.undo(tx, queue, annotator)

    async def adjudicate(self, queue: Queue, item: Item, adjudicator: str, labels: Answers) -> Item:
        async with self.database.transaction() as tx:
            return await self.work.adjudicate(tx, queue, item.id, adjudicator, labels)


@pytest.fixture
def desk(database: Database) -> Desk:
    clock = FixedClock()
    return Desk(
        database,
        clock,
        ReviewService(database, clock=clock, audit=AuditLog(database)),
        ReviewWork(clock=clock),
    )
