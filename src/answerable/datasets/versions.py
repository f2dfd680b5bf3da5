"""Versions of datasets: made when something is measured, never changed, compared with each other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput, NotFound
from answerable.core.texts import to_storable
from answerable.datasets import store, version_store
from answerable.datasets.content import hash_whole
from answerable.datasets.finding import get_dataset
from answerable.datasets.selecting import Selection, select
from answerable.datasets.types import DatasetDiff, DatasetVersion, Example
from answerable.db.database import Connection, Database

_REF: Final = re.compile(r"([^@]+)(?:@v?([1-9][0-9]{0,8}))?")
_BATCH: Final = 500


class Versions:
    """What a dataset was. An erased example leaves every version, which then says how many are gone."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def freeze(self, dataset: str, *, by: str = "", note: str = "") -> DatasetVersion:
        """Return the newest version; a new one is made when the draft says something else than it does.

        Raises NotFound (`unknown_dataset`) and InvalidInput (`empty_dataset`).
        """
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, dataset, lock=True)
            await fill_digests(tx, dataset_id)
            hash, examples = await version_store.sum_draft(tx, dataset_id)
            newest = await version_store.list_newest_first(tx, dataset_id, limit=1)
            if newest and newest[0].hash == hash.hex():
                return newest[0]
            if not examples:
                raise await _refuse_empty(tx, dataset)
            number, now = (newest[0].number if newest else 0) + 1, self._clock.now()
            await version_store.insert(
                tx, dataset_id, number, hash, examples, at=now, by=by, note=to_storable(note)
            )
            return DatasetVersion(dataset, number, hash.hex(), examples, now, by, note)

    async def get(self, ref: str) -> DatasetVersion:
        """Return the version of `NAME@3`, or for `NAME` that of now. Raises NotFound and InvalidInput."""
        match = _REF.fullmatch(ref)
        if match is None:
            raise InvalidInput(
                f"{ref[:100]!r} names no version of a dataset.",
                hint="Write NAME or NAME@3.",
                code="invalid_ref",
            )
        name, number = match[1], match[2]
        if number is None:
            return await self.freeze(name)
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, name)
            found = await version_store.list_newest_first(tx, dataset_id, number=int(number))
            if found:
                return found[0]
            newest = await version_store.list_newest_first(tx, dataset_id, limit=1)
        raise NotFound(
            f"The dataset {name!r} has no version {number}.",
            hint=f"The newest is {newest[0].ref}."
            if newest
            else "It has none yet: an eval run makes the first.",
            code="unknown_version",
        )

    async def list_versions(self, dataset: str, *, limit: int = 100) -> list[DatasetVersion]:
        """Return the versions, newest first. Raises NotFound."""
        async with self._database.transaction() as tx:
            return await version_store.list_newest_first(tx, await get_dataset(tx, dataset), limit=limit)

    async def iterate(
        self,
        version: DatasetVersion,
        *,
        split: str | None = None,
        tags: Sequence[str] = (),
        batch: int = _BATCH,
    ) -> AsyncIterator[Sequence[Example]]:
        """Yield the examples of a version, always in the same order, some at a time.

        With `split` those of it, with `tags` those that have all of them. Raises NotFound, also for a split that no
        example of the version is in (`unknown_split`).
        """
        where, values = select(Selection(version=version.number, split=split or "", tags=tuple(tags)))
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, version.dataset)
            if split:
                await self._check_split(tx, dataset_id, version, split)
        after: int | None = 0
        while after is not None:
            async with self._database.transaction() as tx:
                found = await store.list_after(
                    tx, dataset_id, after=after, limit=batch, where=where, values=values
                )
            if found:
                yield [example for _, example in found]
            after = found[-1][0] if len(found) == batch else None

    async def diff(self, before: DatasetVersion, after: DatasetVersion, *, limit: int = 1_000) -> DatasetDiff:
        """Compare two versions by the keys of their examples; at most `limit` examples of each kind are returned."""
        async with self._database.transaction() as tx:
            members = [
                (await get_dataset(tx, version.dataset), version.number) for version in (before, after)
            ]
            counts = await version_store.count_kinds(tx, members[0], members[1])
            added, removed, changed = [
                await _list_pairs(tx, members, kind, limit) for kind in ("added", "removed", "changed")
            ]
        return DatasetDiff(
            before,
            after,
            added=tuple(new for _, new in added if new),
            removed=tuple(old for old, _ in removed if old),
            changed=tuple((old, new) for old, new in changed if old and new),
            added_count=counts.get("added", 0),
            removed_count=counts.get("removed", 0),
            changed_count=counts.get("changed", 0),
            unchanged_count=counts.get("unchanged", 0),
        )

    async def _check_split(
        self, tx: Connection, dataset_id: UUID, version: DatasetVersion, split: str
    ) -> None:
        known = await version_store.list_splits(tx, dataset_id, version.number)
        if split not in known:
            raise NotFound(
                f"{version.ref} has no split {split[:60]!r}.",
                hint=suggest(split, known) or "`answerable datasets split` makes splits.",
                code="unknown_split",
            )


async def fill_digests(tx: Connection, dataset_id: UUID) -> None:
    """Give examples from before there were versions the hash of what they say."""
    while found := await version_store.list_without_digest(tx, dataset_id, limit=_BATCH):
        await version_store.set_digests(
            tx, [(one.id, hash_whole(one)) for one in found if one.id is not None]
        )


async def _list_pairs(
    tx: Connection, members: Sequence[tuple[UUID, int]], kind: str, limit: int
) -> list[tuple[Example | None, Example | None]]:
    pairs = await version_store.list_pairs(tx, members[0], members[1], kind=kind, limit=limit)
    examples = await version_store.list_examples(tx, [id for pair in pairs for id in pair if id])
    return [(examples.get(old) if old else None, examples.get(new) if new else None) for old, new in pairs]


async def _refuse_empty(tx: Connection, dataset: str) -> InvalidInput:
    held = sum(one.held for one in await store.list_all(tx) if one.name == dataset)
    return InvalidInput(
        f"The dataset {dataset!r} has no examples.",
        hint=f"{held} are held for review: `answerable datasets accept {dataset}` lets them in."
        if held
        else f"Bring some in: `answerable datasets import {dataset} FILE`.",
        code="empty_dataset",
    )
