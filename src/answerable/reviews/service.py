"""Queues: made, filled, looked at, paused. Who works on their items is in `work`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from answerable.core.clock import Clock
from answerable.core.closeness import suggest
from answerable.core.errors import Conflict, NotFound
from answerable.core.ids import new_id
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection, Database
from answerable.reviews import annotation_store, item_store, queue_store
from answerable.reviews.reports import AgreementReport, list_annotators, report_agreement
from answerable.reviews.spec import QueueSpec
from answerable.reviews.types import (
    Annotation,
    AnnotatorFacts,
    Batch,
    Candidate,
    Item,
    ItemState,
    Progress,
    Queue,
    QueueState,
    Taken,
)

LOOKS: Final = 4
"""How often each stretch of time is looked at for new runs; see quality.filling."""
_MAX_PAGE: Final = 1_000


class ReviewService:
    """The queues of a workspace and what is in them."""

    def __init__(self, database: Database, *, clock: Clock, audit: ChangeLog) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def create(self, spec: QueueSpec, *, by: str) -> Queue:
        """Make a queue; it takes in the runs from now on. Raises Conflict (`queue_exists`)."""
        now = self._clock.now()
        queue = Queue(
            id=new_id(),
            spec=spec,
            state="open",
            created_by=by,
            created_at=now,
            looked=(now,) * LOOKS,
            scored=now,
        )
        async with self._database.transaction() as tx:
            if not await queue_store.insert(tx, queue):
                raise Conflict(
                    f"There is a queue {spec.name!r} already.",
                    hint="Choose another name, or delete that one with all its labels.",
                    code="queue_exists",
                )
        return queue

    async def get(self, name: str) -> Queue:
        """Raises NotFound (`unknown_queue`)."""
        async with self._database.transaction() as tx:
            found = await queue_store.find(tx, name)
            if found is None:
                known = [queue.name for queue in await queue_store.list_all(tx)]
                raise _no_queue(name, known)
        return found

    async def list_queues(self) -> list[Queue]:
        """Return all queues by name."""
        async with self._database.transaction() as tx:
            return await queue_store.list_all(tx)

    async def set_state(self, name: str, state: QueueState) -> None:
        """Stop or go on taking in new runs. Raises NotFound."""
        async with self._database.transaction() as tx:
            if not await queue_store.set_state(tx, name, state):
                raise _no_queue(name, [])

    async def delete(self, name: str, *, by: str) -> None:
        """Delete a queue with all its items and labels. Raises NotFound."""
        async with self._database.transaction() as tx:
            found = await queue_store.find(tx, name)
            if found is None:
                raise _no_queue(name, [])
            progress = await item_store.count(tx, found.id)
            await queue_store.delete(tx, found.id)
            await self._audit.note(
                tx,
                actor=by,
                action="queue.delete",
                target=name,
                details={"items": progress.items, "annotations": progress.annotations},
            )

    async def count(self, queue: Queue) -> Progress:
        """Return how far a queue is."""
        async with self._database.transaction() as tx:
            return await item_store.count(tx, queue.id)

    async def add(
        self, queue: Queue, candidates: Sequence[Candidate], *, group: str = "", most: int | None = None
    ) -> Taken:
        """Put runs in, in their order; one that is there already stays as it is.

        With `most`, all that `group` ever puts in is at most so many, whoever adds at the same time. Some thousands at
        a time.
        """
        if not candidates:
            return Taken()
        unique = {(one.trace_id, one.span_id): one for one in reversed(candidates)}
        wanted = list(reversed(unique.values()))
        async with self._database.transaction() as tx:
            had = await queue_store.lock_group(tx, queue.id, group)
            if had is None:
                raise _no_queue(queue.name, [])
            room = len(wanted) if most is None else max(0, most - had)
            added = await item_store.insert(tx, queue.id, wanted, most=room, at=self._clock.now())
            if most is not None and added:
                await queue_store.note_taken(tx, queue.id, group, had + added)
        if room < len(wanted):
            return Taken(added, 0, len(candidates) - added)
        return Taken(added, len(candidates) - added, 0)

    async def note_position(
        self, queue: Queue, *, looked: Sequence[datetime] | None = None, scored: datetime | None = None
    ) -> None:
        """Note how far a queue is filled; what another server noted meanwhile is never taken back."""
        async with self._database.transaction() as tx:
            await queue_store.note_position(tx, queue.id, looked=looked, scored=scored)

    async def note_problem(self, queue: Queue, problem: str) -> None:
        """Note why a queue cannot be filled; it is tried again all the same."""
        async with self._database.transaction() as tx:
            await queue_store.note_problem(tx, queue.id, problem[:1000])

    async def get_item(self, queue: Queue, item_id: int) -> Item:
        """Raises NotFound (`unknown_item`)."""
        async with self._database.transaction() as tx:
            found = await item_store.find(tx, queue.id, item_id)
        if found is None:
            raise no_item(queue, item_id)
        return found

    async def find_item(self, queue: Queue, trace_id: str, span_id: str) -> Item | None:
        """Return the item of a run."""
        async with self._database.transaction() as tx:
            return await item_store.find_by_trace(tx, queue.id, trace_id, span_id)

    async def list_items(
        self, queue: Queue, *, after: int = 0, limit: int = 100, state: ItemState | None = None
    ) -> Batch:
        """Return items in the order they came, from the one after `after` on."""
        limit = max(1, min(limit, _MAX_PAGE))
        async with self._database.transaction() as tx:
            found = await item_store.list_after(tx, queue.id, after=after, limit=limit + 1, state=state)
        return Batch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def list_annotations(self, item_ids: Sequence[int]) -> list[Annotation]:
        """Return what everybody said of these items, the oldest first."""
        async with self._database.transaction() as tx:
            return await annotation_store.list_of_items(tx, item_ids)

    async def list_annotators(self, queue: Queue) -> list[AnnotatorFacts]:
        """Return what each annotator did, by name."""
        async with self._database.transaction() as tx:
            said = await annotation_store.list_of_queue(tx, queue.id)
        return list_annotators(queue.spec, said)

    async def report_agreement(self, queue: Queue, *, seed: int = 0) -> AgreementReport:
        """Return how far the annotators agree on each label, gold questions left out."""
        async with self._database.transaction() as tx:
            said = await annotation_store.list_of_queue(tx, queue.id)
        return await asyncio.to_thread(
            report_agreement, queue.spec, [annotation for annotation, gold in said if gold is None], seed=seed
        )

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete the items of these traces with everything said of them; return how many that were."""
        return await item_store.delete_of_traces(tx, trace_ids)


def no_item(queue: Queue, item_id: int) -> NotFound:
    """Return the error for an item that is not there."""
    return NotFound(
        f"The queue {queue.name!r} has no item {item_id}.",
        hint="It may be deleted with its trace; take the next one.",
        code="unknown_item",
    )


def _no_queue(name: str, known: Sequence[str]) -> NotFound:
    hint = suggest(name, known) or "`answerable review queues` lists those that are there."
    return NotFound(f"There is no queue {name[:100]!r}.", hint=hint, code="unknown_queue")
