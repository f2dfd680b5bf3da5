"""The reviewers' desk: the next case, what is said of it, and what follows from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from answerable.db.database import Connection, Database
from answerable.feedback.service import FeedbackService
from answerable.knowledge.types import Groups
from answerable.quality.cases import Case, CaseReader
from answerable.quality.labels import name_scores, to_scores
from answerable.reviews.answers import Answers
from answerable.reviews.service import ReviewService
from answerable.reviews.types import Held, Item, Queue, Saved
from answerable.reviews.work import ReviewWork
from answerable.traces.types import Trace

_TRIES: Final = 100
_MOST_DISPUTED: Final = 50


@dataclass(frozen=True, slots=True)
class Disputed:
    """Cases on which annotators disagree, in the order they came; `next_after` goes on, None ends them."""

    cases: tuple[Case, ...]
    next_after: int | None


class ReviewDesk:
    """What annotators and adjudicators do. What an item comes to is a score of its answer in the same transaction.

    An item whose trace is gone (deleted, or kept long enough) is taken out of its queue when it turns up.
    """

    def __init__(
        self,
        *,
        database: Database,
        reviews: ReviewService,
        work: ReviewWork,
        cases: CaseReader,
        feedback: FeedbackService,
    ) -> None:
        self._database = database
        self._reviews = reviews
        self._work = work
        self._cases = cases
        self._feedback = feedback

    async def take_next(
        self, queue: Queue, annotator: str, *, besides: Sequence[int] = (), groups: Groups = None
    ) -> Case | None:
        """Return the next case for an annotator, locked for them; None when nothing is left that they may do.

        `besides` are the items that they have open. Raises Conflict (`too_many_held`).
        """
        for _ in range(_TRIES):
            async with self._database.transaction() as tx:
                held = await self._work.take_next(tx, queue, annotator, besides=besides)
            if held is None:
                return None
            case = await self._show(queue, held, groups)
            if case is not None:
                return case
        return None

    async def save(
        self,
        queue: Queue,
        item_id: int,
        annotator: str,
        labels: Answers,
        *,
        seconds: float = 0.0,
        imported_at: datetime | None = None,
    ) -> Saved:
        """Note what an annotator says; the last one who was missing decides the item, or leaves it disputed.

        Raises as `ReviewWork.save` does.
        """
        item = await self._reviews.get_item(queue, item_id)
        trace = await self._cases.find_trace(item)
        text = None if trace is None else trace.output
        async with self._database.transaction() as tx:
            saved = await self._work.save(
                tx, queue, item_id, annotator, labels, seconds=seconds, text=text, imported_at=imported_at
            )
            await self._score(tx, queue, item, trace, after=saved.item.final)
        return saved

    async def undo(self, queue: Queue, annotator: str, *, groups: Groups = None) -> Case | None:
        """Take back what the annotator said last, and return its case; None when its trace is gone.

        Raises as `ReviewWork.undo` does.
        """
        async with self._database.transaction() as tx:
            undone = await self._work.undo(tx, queue, annotator)
            await self._score(tx, queue, replace(undone.held.item, final=undone.final), None, after=None)
        return await self._show(queue, undone.held, groups)

    async def skip(self, queue: Queue, item_id: int, annotator: str) -> None:
        """Leave an item to others. Raises NotFound."""
        async with self._database.transaction() as tx:
            await self._work.skip(tx, queue, item_id, annotator)

    async def release(self, queue: Queue, item_id: int, annotator: str) -> None:
        """Give an item back. Raises NotFound."""
        async with self._database.transaction() as tx:
            await self._work.release(tx, queue, item_id, annotator)

    async def renew(self, queue: Queue, item_id: int, annotator: str) -> datetime:
        """Keep an item for longer; return until when. Raises NotFound, Conflict (`lock_lost`)."""
        async with self._database.transaction() as tx:
            return await self._work.renew(tx, queue, item_id, annotator)

    async def adjudicate(
        self, queue: Queue, item_id: int, adjudicator: str, labels: Answers, *, note: str = ""
    ) -> Item:
        """Decide a disputed item. Raises as `ReviewWork.adjudicate` does."""
        item = await self._reviews.get_item(queue, item_id)
        trace = await self._cases.find_trace(item)
        text = None if trace is None else trace.output
        async with self._database.transaction() as tx:
            decided = await self._work.adjudicate(
                tx, queue, item_id, adjudicator, labels, note=note, text=text
            )
            await self._score(tx, queue, item, trace, after=decided.final)
        return decided

    async def set_gold(self, queue: Queue, item_id: int, labels: Answers | None) -> Item:
        """Make an item a gold question with these right labels, or an ordinary one again. Raises NotFound."""
        async with self._database.transaction() as tx:
            return await self._work.set_gold(tx, queue, item_id, labels)

    async def list_disputed(
        self, queue: Queue, *, after: int = 0, limit: int = 10, groups: Groups = None
    ) -> Disputed:
        """Return cases to be decided, with what each annotator said."""
        batch = await self._reviews.list_items(
            queue, after=after, limit=min(limit, _MOST_DISPUTED), state="disputed"
        )
        cases = [await self.find_case(queue, item, groups=groups, open_book=True) for item in batch.items]
        return Disputed(tuple(case for case in cases if case is not None), batch.next_after)

    async def find_case(
        self, queue: Queue, item: Item, *, groups: Groups = None, open_book: bool = False
    ) -> Case | None:
        """Return the case of an item without locking it; None when its trace is gone."""
        trace = await self._cases.find_trace(item)
        if trace is None:
            return None
        return await self._cases.read(queue, item, trace, groups=groups, open_book=open_book)

    async def _show(self, queue: Queue, held: Held, groups: Groups) -> Case | None:
        case = await self.find_case(queue, held.item, groups=groups)
        if case is None:
            async with self._database.transaction() as tx:
                await self._reviews.delete_of_traces(tx, [held.item.trace_id])
            return None
        return replace(case, until=held.until, mine=held.mine)

    async def _score(
        self, tx: Connection, queue: Queue, item: Item, trace: Trace | None, *, after: Answers | None
    ) -> None:
        """Let the scores of an answer say what its item came to, and no more what it had come to before."""
        if item.final == after:
            return
        before = item.final or {}
        await self._feedback.add_scores(
            tx,
            [] if after is None or trace is None else to_scores(queue, after, trace),
            replaced=name_scores(queue, before, trace_id=item.trace_id, began=item.started_at),
        )
