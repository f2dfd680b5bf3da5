"""The work on a queue: taking an item, keeping it, saying what one thinks, taking that back, deciding."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from answerable.core.clock import Clock
from answerable.core.errors import Conflict, InvalidInput, NotFound
from answerable.core.ids import new_id
from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.reviews import annotation_store, item_store
from answerable.reviews.answers import Answers, check_answers
from answerable.reviews.service import no_item
from answerable.reviews.settling import settle
from answerable.reviews.types import Annotation, Held, Item, ItemState, Queue, Saved, Undone

_MOST_HELD: Final = 20
"""Items that an annotator may have at once; the page has two."""
_TRIES: Final = 50
_MAX_SECONDS: Final = 86_400.0


class ReviewWork:
    """What annotators do. Everything runs on a given transaction, so that its caller can add to it.

    An item is locked for `lock_minutes` for each who has it; it has room for as many people as the queue asks for.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def take_next(
        self, tx: Connection, queue: Queue, annotator: str, *, besides: Sequence[int] = ()
    ) -> Held | None:
        """Return the next item for an annotator, locked for them; None when nothing is left that they may do.

        What they have already comes first, so a page that was reloaded goes on. `besides` are the items that the
        caller knows of. Raises Conflict (`too_many_held`).
        """
        _check_annotator(annotator)
        now = self._clock.now()
        if len(besides) >= _MOST_HELD:
            raise Conflict(
                f"{annotator} has {len(besides)} items already.",
                hint="Save or skip some of them.",
                code="too_many_held",
            )
        await item_store.lock_annotator(tx, queue.id, annotator)
        item = await item_store.find_held(tx, queue.id, annotator, besides=besides, now=now)
        if item is None:
            item = await self._find_free(tx, queue, annotator, besides=besides, now=now)
        if item is None:
            return None
        return Held(item, await self._hold(tx, queue, item.id, annotator))

    async def renew(self, tx: Connection, queue: Queue, item_id: int, annotator: str) -> datetime:
        """Keep an item for longer; return until when. Raises NotFound, Conflict (`lock_lost`)."""
        item = await self._get(tx, queue, item_id)
        await self._check_mine(tx, queue, item, annotator)
        return await self._hold(tx, queue, item_id, annotator)

    async def release(self, tx: Connection, queue: Queue, item_id: int, annotator: str) -> None:
        """Give an item back; somebody else, or oneself, gets it again."""
        await self._get(tx, queue, item_id)
        await item_store.drop_lock(tx, item_id, annotator)

    async def skip(self, tx: Connection, queue: Queue, item_id: int, annotator: str) -> None:
        """Leave an item to others: this annotator does not get it again. Raises NotFound."""
        _check_annotator(annotator)
        await self._get(tx, queue, item_id)
        await item_store.drop_lock(tx, item_id, annotator)
        await item_store.note_seen(tx, item_id, annotator, annotated=0)

    async def save(
        self,
        tx: Connection,
        queue: Queue,
        item_id: int,
        annotator: str,
        labels: Answers,
        *,
        seconds: float = 0.0,
        text: str | None = None,
        imported_at: datetime | None = None,
    ) -> Saved:
        """Note what an annotator says of an item, whose answer is `text`. The same twice changes nothing.

        What was said elsewhere, at `imported_at`, needs no lock, and may be more than the queue asks for.
        Raises NotFound, InvalidFields (`invalid_labels`), Conflict: `lock_lost` when the lock ran out and others have
        the item by now, `already_annotated` when the annotator has said something else of it.
        """
        _check_annotator(annotator)
        checked = check_answers(queue.spec.labels, labels, text=text)
        item = await self._get(tx, queue, item_id)
        earlier = await annotation_store.find(tx, item_id, annotator)
        if earlier is not None:
            return _take_as_sent_twice(earlier, checked, item)
        if imported_at is None:
            await self._check_mine(tx, queue, item, annotator)
        annotation = Annotation(
            id=new_id(),
            item_id=item_id,
            annotator=annotator,
            labels=checked,
            seconds=min(max(seconds, 0.0), _MAX_SECONDS),
            created_at=imported_at or self._clock.now(),
        )
        await annotation_store.insert(tx, queue.id, annotation)
        await item_store.note_seen(tx, item_id, annotator, annotated=1)
        await item_store.drop_lock(tx, item_id, annotator)
        decided = item.settled_by is not None
        if item.gold is None and not decided and item.annotations + 1 >= queue.spec.annotators:
            await self._settle(tx, queue, item)
        return Saved(annotation, await self._get(tx, queue, item_id))

    async def undo(self, tx: Connection, queue: Queue, annotator: str) -> Undone:
        """Take back what the annotator said last; the item is theirs again.

        Raises NotFound (`nothing_to_undo`), Conflict (`already_decided`) when an adjudicator has decided since.
        """
        await item_store.lock_annotator(tx, queue.id, annotator)
        last = await annotation_store.find_last(tx, queue.id, annotator)
        if last is None:
            raise NotFound(f"{annotator} has labelled nothing in {queue.name!r}.", code="nothing_to_undo")
        item = await self._get(tx, queue, last.item_id)
        if item.settled_by is not None:
            raise Conflict(
                f"{item.settled_by} has decided this item since.",
                hint="Ask them to decide again.",
                code="already_decided",
            )
        await annotation_store.delete(tx, last.id)
        await item_store.forget_seen(tx, item.id, annotator)
        until = await self._hold(tx, queue, item.id, annotator)
        return Undone(Held(await self._get(tx, queue, item.id), until, last.labels), last, item.final)

    async def adjudicate(
        self,
        tx: Connection,
        queue: Queue,
        item_id: int,
        adjudicator: str,
        labels: Answers,
        *,
        note: str = "",
        text: str | None = None,
    ) -> Item:
        """Decide an item on which annotators disagree; the last word on it. A decision may be changed by another.

        Raises NotFound, InvalidFields, Conflict (`not_disputed`).
        """
        _check_annotator(adjudicator)
        checked = check_answers(queue.spec.labels, labels, text=text)
        item = await self._get(tx, queue, item_id)
        if item.state != "disputed" and item.settled_by is None:
            raise Conflict(
                f"Nobody disagrees on item {item_id}.",
                hint="Only disputed items are decided.",
                code="not_disputed",
            )
        now = self._clock.now()
        await annotation_store.put_adjudication(
            tx, item_id, adjudicator=adjudicator, labels=checked, note=to_storable(note[:2000]), at=now
        )
        await item_store.settle(tx, item_id, "done", final=checked, by=adjudicator, at=now)
        return await self._get(tx, queue, item_id)

    async def set_gold(self, tx: Connection, queue: Queue, item_id: int, labels: Answers | None) -> Item:
        """Make an item a gold question with these right labels, or an ordinary one again. Raises NotFound."""
        checked = None if labels is None else check_answers(queue.spec.labels, labels)
        await self._get(tx, queue, item_id)
        await item_store.set_gold(tx, item_id, checked)
        return await self._get(tx, queue, item_id)

    async def _find_free(
        self, tx: Connection, queue: Queue, annotator: str, *, besides: Sequence[int], now: datetime
    ) -> Item | None:
        """Return an ordinary item, or in its place a gold one; gold alone would tell nothing."""
        ordinary = await self._find_ordinary(tx, queue, annotator, besides=besides, now=now)
        if ordinary is None or not queue.spec.gold_share:
            return ordinary
        done = await annotation_store.count_of_annotator(tx, queue.id, annotator)
        if not is_gold_turn(queue, annotator, done + len(besides)):
            return ordinary
        gold = await item_store.find_free(
            tx, queue.id, annotator, annotators=1, besides=besides, gold=True, now=now
        )
        return gold or ordinary

    async def _find_ordinary(
        self, tx: Connection, queue: Queue, annotator: str, *, besides: Sequence[int], now: datetime
    ) -> Item | None:
        passed = list(besides)
        wait = False
        for _ in range(_TRIES):
            found = await item_store.find_free(
                tx,
                queue.id,
                annotator,
                annotators=queue.spec.annotators,
                besides=passed,
                gold=False,
                now=now,
                wait=wait,
            )
            if found is None and wait:
                return None
            if found is None:
                wait = True  # nothing is left but, perhaps, what others have in hand: see what becomes of it
            elif await self._has_room(tx, queue, found, annotator):
                return found
            else:
                passed.append(found.id)
        return None

    async def _has_room(self, tx: Connection, queue: Queue, item: Item, annotator: str) -> bool:
        """Count again, now that nobody else can take the item: what was counted before is from before."""
        others = await item_store.count_others(tx, item.id, annotator, now=self._clock.now())
        return item.annotations + others < queue.spec.annotators

    async def _check_mine(self, tx: Connection, queue: Queue, item: Item, annotator: str) -> None:
        """Raise Conflict unless the annotator has the item, or nobody took it since they had."""
        if item.gold is not None:
            return
        until = await item_store.find_lock(tx, item.id, annotator)
        if until is not None and until > self._clock.now() and item.state == "open":
            return
        if item.state != "open" or not await self._has_room(tx, queue, item, annotator):
            raise Conflict(
                "The lock on this item has run out, and somebody else has taken it meanwhile.",
                hint="Nothing was saved. Take the next item.",
                code="lock_lost",
            )

    async def _hold(self, tx: Connection, queue: Queue, item_id: int, annotator: str) -> datetime:
        now = self._clock.now()
        until = now + timedelta(minutes=queue.spec.lock_minutes)
        await item_store.put_lock(tx, item_id, annotator, now=now, until=until)
        return until

    async def _settle(self, tx: Connection, queue: Queue, item: Item) -> None:
        said = await annotation_store.list_of_items(tx, [item.id])
        final = settle(queue.spec.labels, [one.labels for one in said], queue.spec.settle)
        state: ItemState = "disputed" if final is None else "done"
        await item_store.settle(tx, item.id, state, final=final, by=None, at=self._clock.now())

    async def _get(self, tx: Connection, queue: Queue, item_id: int) -> Item:
        found = await item_store.find(tx, queue.id, item_id, lock=True)
        if found is None:
            raise no_item(queue, item_id)
        return found


def is_gold_turn(queue: Queue, annotator: str, turn: int) -> bool:
    """Tell whether the annotator's next question is one whose answer is known: at random, and the same each time."""
    digest = hashlib.blake2b(f"{queue.id}/{annotator}/{turn}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 < queue.spec.gold_share


def _take_as_sent_twice(earlier: Annotation, labels: Answers, item: Item) -> Saved:
    if dict(earlier.labels) != dict(labels):
        raise Conflict(
            f"{earlier.annotator} has labelled this item already.",
            hint="Undo it first, to say something else.",
            code="already_annotated",
        )
    return Saved(earlier, item)


def _check_annotator(name: str) -> None:
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise InvalidInput("An annotator's name has 1 to 200 printable characters.")
