"""Parts of a dataset, such as `dev` and `test`: the same for the same examples, and alike in what they hold."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput
from answerable.core.ids import new_id
from answerable.datasets import split_store, version_store
from answerable.datasets.content import hash_whole
from answerable.datasets.finding import get_dataset
from answerable.datasets.rules import check_split
from answerable.datasets.split_store import Move, Place
from answerable.db.database import Connection, Database

_BATCH: Final = 500


class Splitting:
    """Puts examples into splits. Which one is decided by hashes, so that anybody gets the same."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def split(
        self, dataset: str, parts: Mapping[str, float], *, by_tag: str = "", again: bool = False
    ) -> dict[str, int]:
        """See DatasetService.split."""
        _check_parts(parts)
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, dataset, lock=True)
            places = await split_store.list_places(tx, dataset_id)
            chosen = choose_splits(places, parts, by_tag=by_tag, again=again)
            changed = {place.id: chosen[place.key] for place in places if chosen[place.key] != place.split}
            ids = iter(changed)
            while batch := list(islice(ids, _BATCH)):
                await self._move(tx, {id: changed[id] for id in batch})
        return dict(Counter(chosen.values()))

    async def _move(self, tx: Connection, splits: Mapping[UUID, str]) -> None:
        examples = await version_store.list_examples(tx, list(splits))
        moves = [
            Move(id, new_id(), splits[id], hash_whole(replace(example, split=splits[id])))
            for id, example in examples.items()
        ]
        await split_store.move(tx, moves, at=self._clock.now())


def choose_splits(
    places: Sequence[Place], parts: Mapping[str, float], *, by_tag: str = "", again: bool = False
) -> dict[str, str]:
    """Return the split of each key.

    Examples that ask the same in other punctuation go together, or one part would know the other's answers. Within
    each stratum (the tags that begin with `by_tag:`) they are dealt out in the order of the hashes of their words,
    each to the part that is furthest below its share. What is in one of the parts stays there, so that a dataset that
    grows keeps its test set; with `again` everything is dealt out anew.
    """
    groups: defaultdict[bytes, list[Place]] = defaultdict(list)
    for place in places:
        groups[place.words].append(place)
    counts = Counter(dict.fromkeys(parts, 0))
    chosen: dict[bytes, str] = {}
    for words, members in groups.items():
        kept = [member.split for member in members if member.split in parts]
        if kept and not again:
            chosen[words] = kept[0]
            counts[kept[0]] += len(members)
    waiting = [words for words in groups if words not in chosen]
    for words in sorted(waiting, key=lambda one: (_find_stratum(groups[one], by_tag), _shuffle(one))):
        chosen[words] = _find_part(parts, counts)
        counts[chosen[words]] += len(groups[words])
    return {member.key: chosen[words] for words, members in groups.items() for member in members}


def _find_part(parts: Mapping[str, float], counts: Mapping[str, int]) -> str:
    """Return the part that is furthest below its share, of equals the first."""
    total, dealt = sum(parts.values()), sum(counts.values()) + 1
    return max(parts, key=lambda part: parts[part] / total * dealt - counts[part])


def _find_stratum(members: Iterable[Place], by_tag: str) -> tuple[str, ...]:
    if not by_tag:
        return ()
    return tuple(
        sorted({tag for one in members for tag in one.tags if tag == by_tag or tag.startswith(f"{by_tag}:")})
    )


def _shuffle(words: bytes) -> bytes:
    """Return where a group stands: its hash hashed again, so that the order has nothing to do with anything else's."""
    return hashlib.sha256(b"split" + words).digest()


def _check_parts(parts: Mapping[str, float]) -> None:
    if not parts or not all(math.isfinite(share) and share > 0 for share in parts.values()):
        raise InvalidInput(
            "A split needs parts with shares above 0.", hint="Such as dev=20 test=80.", code="invalid_split"
        )
    for name in parts:
        if not name:
            raise InvalidInput("A split has a name.", hint="Such as dev=20 test=80.", code="invalid_split")
        check_split(name)
