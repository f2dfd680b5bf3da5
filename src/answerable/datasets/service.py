"""Datasets: examples with their provenance, what they were when they were measured, and those nearly the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Unpack
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import Conflict, NotFound
from answerable.core.ids import new_id
from answerable.core.texts import to_storable
from answerable.datasets import store, version_store
from answerable.datasets.checking import Checking, CheckReport
from answerable.datasets.content import hash_words, make_key, read_words
from answerable.datasets.embedding import Embed, Vectors
from answerable.datasets.finding import get_by_key, get_dataset, refuse_unknown_key
from answerable.datasets.putting import PutOptions, Putting, inherit
from answerable.datasets.rows import encode
from answerable.datasets.rules import check_example, check_name
from answerable.datasets.selecting import Selection, select
from answerable.datasets.splitting import Splitting
from answerable.datasets.types import (
    Added,
    Dataset,
    DatasetDiff,
    DatasetVersion,
    Example,
    ExamplePage,
    Imported,
    NearDuplicate,
    Row,
)
from answerable.datasets.versions import Versions
from answerable.db.database import Connection, Database

_MAX_PAGE: Final = 1_000
_EMBEDDED_AT_ONCE: Final = 2_000
"""Examples of an import that get their vectors with it; a check computes the others."""
LIKE: Final = 0.92
"""Cosine from which two inputs are called alike: mostly the same question in other words."""
_EVERYTHING: Final = Selection()


class DatasetService:
    def __init__(self, database: Database, *, embed: Embed, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._vectors = Vectors(database, embed)
        self._versions = Versions(database, clock=clock)
        self._putting = Putting(database, clock=clock)
        self._splitting = Splitting(database, clock=clock)
        self._checking = Checking(database)

    async def add_example(self, dataset: str, example: Example, *, held: bool = False) -> Added:
        """Add an example; the dataset is made with its first. One with the same content is not added again.

        With `held` it waits for somebody to accept it. Raises InvalidInput (`invalid_dataset`, `invalid_example`), and
        Conflict (`example_exists`) where its key is another example's.
        """
        check_name(dataset)
        check_example(example)
        keyed = replace(example, key=example.key or make_key(example))
        now = self._clock.now()
        written = encode(replace(keyed, id=new_id(), added_at=now))
        vector = await self._vectors.find(written.words)
        async with self._database.transaction() as tx:
            dataset_id = await store.find_or_create(tx, new_id(), dataset, now)
            had = await store.find_by_content(tx, dataset_id, written.content_hash)
            if had is not None:
                return Added(had, new=False)
            if await store.find_by_key(tx, dataset_id, keyed.key) is not None:
                if example.key:
                    raise _refuse_key(dataset, keyed.key)
                # An example that was edited keeps the key that its first content gave it.
                written = encode(replace(written.example, key=f"{keyed.key}-{new_id().hex[-8:]}"))
            await store.insert(tx, dataset_id, [(written, None)], vectors=[vector], held=held)
        assert written.example.id is not None
        return Added(written.example.id, new=True)

    async def put_examples(
        self, dataset: str, rows: Iterable[Row | Example], **options: Unpack[PutOptions]
    ) -> Imported:
        """Bring many examples in, by key: new ones are added, others changed, and with `replace` the rest removed.

        All or none: a row that is no example, or a key that comes twice, raises InvalidFields (`invalid_examples`) with
        all problems, unless `skip_bad` leaves such rows out. Done again it changes nothing. `rows` may be a generator
        over a file of any length; it is read off the event loop. With `dry_run` nothing is kept.
        """
        done = await self._putting.put(dataset, rows, **options)
        if not options.get("dry_run"):
            await self._vectors.fill(dataset, limit=_EMBEDDED_AT_ONCE)
        return done

    async def edit_example(
        self, dataset: str, key: str, example: Example, *, by: str = "", seen: UUID | None = None
    ) -> Example:
        """Put another content under a key; versions keep the one they have. Where it came from is kept.

        `seen` is the id of the example that was edited. Raises NotFound, InvalidInput, and Conflict (`example_changed`)
        when somebody else has changed it since.
        """
        check_example(example)
        now = self._clock.now()
        named = replace(example, key=key, id=new_id(), added_at=now)
        written = encode(replace(named, provenance=replace(named.provenance, added_by=by)))
        vector = await self._vectors.find(written.words)
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, dataset, lock=True)
            number, old = await get_by_key(tx, dataset_id, key)
            assert old.id is not None
            if seen is not None and old.id != seen:
                raise Conflict(
                    f"Somebody else has changed the example {key[:60]!r} meanwhile.",
                    hint="Look at it again, then edit it.",
                    code="example_changed",
                )
            written = inherit(written, old.provenance)
            held = await store.is_held(tx, old.id)
            await store.remove(tx, [old.id], at=now)
            await store.insert(tx, dataset_id, [(written, number)], vectors=[vector], held=held)
        return written.example

    async def delete_example(self, dataset: str, key: str) -> None:
        """Take an example out of the dataset; versions keep it. Raises NotFound."""
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, dataset, lock=True)
            _, old = await get_by_key(tx, dataset_id, key)
            assert old.id is not None
            await store.remove(tx, [old.id], at=self._clock.now())

    async def delete(self, dataset: str) -> None:
        """Delete a dataset with its examples and all its versions. Raises NotFound.

        Eval runs on it stay with their outputs and scores, without what was asked and expected. One of the same name
        that is made later counts its versions from 1 again; it is never taken for the same, since their hashes differ.
        """
        async with self._database.transaction() as tx:
            await store.delete(tx, await get_dataset(tx, dataset, lock=True))

    async def get_example(self, dataset: str, key: str, *, version: int = 0) -> Example:
        """Return the example of a key as a version has it, or as it is now, held or not. Raises NotFound."""
        if version:
            page = await self.list_examples(dataset, limit=1, selection=Selection(version=version, key=key))
            if not page.examples:
                raise refuse_unknown_key(f"{dataset}@{version}", key)
            return page.examples[0]
        async with self._database.transaction() as tx:
            return (await get_by_key(tx, await get_dataset(tx, dataset), key))[1]

    async def accept(self, dataset: str, keys: Sequence[str] | None = None) -> int:
        """Let held examples in, all of them without `keys`; return how many. Raises NotFound (none is held, too)."""
        async with self._database.transaction() as tx:
            chosen = None if keys is None else [to_storable(key) for key in keys]
            accepted = await store.accept(tx, await get_dataset(tx, dataset, lock=True), chosen)
        if chosen and not accepted:
            raise NotFound(
                f"Of {dataset!r} no example with such a key is held.",
                hint=f"`answerable datasets show {dataset} --held` lists them.",
                code="unknown_example",
            )
        return accepted

    async def find_near_duplicates(
        self, dataset: str, example: Example, *, least: float = LIKE, limit: int = 5
    ) -> list[NearDuplicate]:
        """Return the examples that ask nearly the same, the nearest first; none where the dataset is not there."""
        words = read_words(example.input)
        vector = await self._vectors.find(words)
        async with self._database.transaction() as tx:
            dataset_id = await store.find(tx, dataset)
            if dataset_id is None:
                return []
            return await store.list_near(
                tx, dataset_id, input_hash=hash_words(words), vector=vector, least=least, limit=limit
            )

    async def list_datasets(self) -> list[Dataset]:
        """Return all datasets by name."""
        async with self._database.transaction() as tx:
            return await store.list_all(tx)

    async def list_examples(
        self, dataset: str, *, after: int = 0, limit: int = 100, selection: Selection = _EVERYTHING
    ) -> ExamplePage:
        """Return examples in the order they were added. Raises NotFound (`unknown_dataset`)."""
        limit = max(1, min(limit, _MAX_PAGE))
        where, values = select(selection)
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, dataset)
            found = await store.list_after(
                tx, dataset_id, after=after, limit=limit + 1, where=where, values=values
            )
        more = len(found) > limit
        return ExamplePage(
            tuple(example for _, example in found[:limit]), found[limit - 1][0] if more else None
        )

    async def iterate(
        self, dataset: str, *, batch: int = 500, selection: Selection = _EVERYTHING
    ) -> AsyncIterator[Sequence[Example]]:
        """Yield all examples of a dataset's draft, some at a time. Raises NotFound."""
        after: int | None = 0
        while after is not None:
            page = await self.list_examples(dataset, after=after, limit=batch, selection=selection)
            yield page.examples
            after = page.next_after

    async def freeze(self, dataset: str, *, by: str = "", note: str = "") -> DatasetVersion:
        """Return the newest version; a new one is made when the examples are others than it has.

        Raises NotFound (`unknown_dataset`) and InvalidInput (`empty_dataset`).
        """
        return await self._versions.freeze(dataset, by=by, note=note)

    async def get_version(self, ref: str) -> DatasetVersion:
        """Return the version of `NAME@3`, or for `NAME` that of now. Raises NotFound and InvalidInput."""
        return await self._versions.get(ref)

    async def list_versions(self, dataset: str, *, limit: int = 100) -> list[DatasetVersion]:
        """Return the versions, newest first. Raises NotFound."""
        return await self._versions.list_versions(dataset, limit=limit)

    def iterate_version(
        self,
        version: DatasetVersion,
        *,
        split: str | None = None,
        tags: Sequence[str] = (),
        batch: int = 500,
    ) -> AsyncIterator[Sequence[Example]]:
        """Yield the examples of a version, always in the same order, some at a time.

        With `split` those of it, with `tags` those that have all of them. Raises NotFound, also for a split that no
        example of the version is in (`unknown_split`).
        """
        return self._versions.iterate(version, split=split, tags=tags, batch=batch)

    async def find_examples(self, ids: Collection[UUID]) -> dict[UUID, Example]:
        """Return the examples with these ids, of any version; those erased since are left out."""
        async with self._database.transaction() as tx:
            return await version_store.list_examples(tx, list(ids))

    async def diff(self, before: DatasetVersion, after: DatasetVersion, *, limit: int = 1_000) -> DatasetDiff:
        """Compare two versions by the keys of their examples; at most `limit` examples of each kind are returned."""
        return await self._versions.diff(before, after, limit=limit)

    async def split(
        self, dataset: str, parts: Mapping[str, float], *, by_tag: str = "", again: bool = False
    ) -> dict[str, int]:
        """Put the examples into parts by their shares, `{"dev": 20, "test": 80}`; return how many are in each.

        Done again it changes nothing, and new examples are added to the parts that there are, unless `again`. With
        `by_tag` each part gets its share of those with a tag, or with one that begins so: `kind` of `kind:date`.
        Raises NotFound and InvalidInput (`invalid_split`).
        """
        return await self._splitting.split(dataset, parts, by_tag=by_tag, again=again)

    async def check(
        self, dataset: str, *, prompts: Mapping[str, str] | None = None, least: float = LIKE
    ) -> CheckReport:
        """Look for examples that are there twice, contradict each other, or are known to a prompt. Raises NotFound.

        `prompts` are the texts of an app's prompts with their few-shot examples, by what they are called.
        """
        await self._vectors.fill(dataset)
        batches = self.iterate(dataset)
        return await self._checking.check(dataset, batches, prompts=prompts or {}, least=least)

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete the examples made from these traces, from every version too; return how many that were."""
        return await store.delete_of_traces(tx, trace_ids)

    async def is_applied(self, dataset: str, file: bytes) -> bool:
        """Return whether the file with this hash was the last that was applied to the dataset."""
        async with self._database.transaction() as tx:
            return await store.find_applied(tx, dataset) == file

    async def note_applied(self, dataset: str, file: bytes) -> None:
        """Note the hash of the file that was applied, so that it is not applied over later edits. Raises NotFound."""
        async with self._database.transaction() as tx:
            await store.set_applied(tx, await get_dataset(tx, dataset, lock=True), file)


def _refuse_key(dataset: str, key: str) -> Conflict:
    return Conflict(
        f"The dataset {dataset!r} has another example with the key {key[:60]!r}.",
        hint="Edit that one, or give this one another key.",
        code="example_exists",
    )
