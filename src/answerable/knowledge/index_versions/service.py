"""The indexes of a collection, for those who look after them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from answerable.core.errors import Conflict
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection, Database
from answerable.jobs.queue import JobQueue
from answerable.knowledge.index.lag import lock_indexes
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index.store import IndexStore
from answerable.knowledge.index_versions import store
from answerable.knowledge.index_versions.choosing import check_complete, check_name, no_index, resolve
from answerable.knowledge.index_versions.lagging import defer_follow
from answerable.knowledge.index_versions.locks import lock_active
from answerable.knowledge.index_versions.types import IndexChoice, IndexSummary
from answerable.knowledge.missing import no_collection
from answerable.knowledge.store import find_collection
from answerable.knowledge.types import IndexSettings
from answerable.llm.types import Embedder

_FIRST_LOOK = 0.05
_LOOK = 0.5


class IndexVersions:
    """`list_uses` names what searches an index by its name (variants with a label): it is then not dropped."""

    def __init__(
        self,
        database: Database,
        jobs: JobQueue,
        indexes: IndexService,
        embedders: Callable[[str], Embedder],
        *,
        defaults: IndexSettings,
        list_uses: Callable[[str, str], Sequence[str]],
        audit: ChangeLog,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._indexes = indexes
        self._embedders = embedders
        self._defaults = defaults
        self._list_uses = list_uses
        self._audit = audit
        self._store = IndexStore()

    async def list_indexes(self, collection: str) -> list[IndexSummary]:
        """Return the indexes of a collection, the oldest first. Raises NotFound for the collection."""
        async with self._database.transaction() as tx:
            return await store.list_summaries(tx, await self._get_collection(tx, collection))

    async def get(self, collection: str, name: str) -> IndexSummary:
        """Raises NotFound, for the collection or for its index, with the name that was meant."""
        async with self._database.transaction() as tx:
            return await self._get(tx, await self._get_collection(tx, collection), name)

    async def create(
        self, collection: str, name: str, choice: IndexChoice | None = None, *, by: str
    ) -> IndexSummary:
        """Make an index beside the active one and have a worker fill it; returns when that is durable.

        Raises NotFound (the collection), InvalidInput (the name, the settings, the embedder), Conflict (the name or
        the settings are taken).
        """
        async with self._database.transaction() as tx:
            collection_id = await self._get_collection(tx, collection)
            active = await self._store.find_active(tx, collection_id, lock=True)
            check_name(name, first=active is None)
            settings = resolve(choice or IndexChoice(), self._defaults if active is None else active.settings)
            dimensions = self._embedders(settings.embedder).dimensions
            await self._check_new(tx, collection_id, name, settings)
            index = await self._indexes.create(tx, collection_id, name, settings, dimensions=dimensions)
            await defer_follow(tx, self._jobs, [index.id])
            await self._note(tx, "index.create", collection, name, by=by)
            return await self._get(tx, collection_id, name)

    async def find_same(self, collection: str, choice: IndexChoice) -> str | None:
        """Return the name of the index that has just these settings. Raises NotFound, InvalidInput."""
        async with self._database.transaction() as tx:
            collection_id = await self._get_collection(tx, collection)
            active = await self._store.find_active(tx, collection_id)
            settings = resolve(choice, self._defaults if active is None else active.settings)
            return await store.find_name_of(tx, collection_id, settings)

    async def update(self, collection: str, name: str) -> IndexSummary:
        """Have a worker bring an index up to date, if it is behind. Raises NotFound."""
        async with self._database.transaction() as tx:
            found = await self._get(tx, await self._get_collection(tx, collection), name)
            if found.behind:
                await defer_follow(tx, self._jobs, [found.id])
        return found

    async def activate(self, collection: str, name: str, *, by: str) -> IndexSummary:
        """Make an index what is searched unless one is named; the one before stays beside it, and follows.

        Raises NotFound, Conflict while it is behind or an ingestion is under way.
        """
        async with self._database.transaction() as tx:
            collection_id = await self._get_collection(tx, collection)
            await lock_active(tx, collection_id)
            await lock_indexes(tx, collection_id)
            found = await self._get(tx, collection_id, name)
            if found.active:
                return found
            check_complete(found)
            if await store.count_runs(tx, collection_id):
                raise Conflict(
                    f"An ingestion into {collection!r} is under way.",
                    hint="Make the index active when it has ended, or cancel it.",
                    code="ingestion_running",
                )
            await store.set_active(tx, collection_id, found.id)
            await self._note(tx, "index.activate", collection, name, by=by)
            return await self._get(tx, collection_id, name)

    async def drop(self, collection: str, name: str, *, by: str) -> None:
        """Remove an index. Raises NotFound, Conflict for one that is searched or written to."""
        uses = await asyncio.to_thread(self._list_uses, collection, name)
        async with self._database.transaction() as tx:
            collection_id = await self._get_collection(tx, collection)
            found = await self._get(tx, collection_id, name)
            if found.active:
                raise Conflict(
                    f"{name!r} is the active index of {collection!r}.", hint="Make another one active first."
                )
            if uses:
                raise Conflict(
                    f"The index {name!r} is searched by {', '.join(uses)}.",
                    hint="Move their labels to variants of another index first.",
                    code="index_in_use",
                )
            if await store.count_runs(tx, collection_id, index_id=found.id):
                raise Conflict(f"An ingestion writes to {name!r}.", hint="Drop it when that has ended.")
            await self._indexes.drop(tx, found.id)
            await self._note(tx, "index.drop", collection, name, by=by)

    async def wait(
        self, collection: str, name: str, on_progress: Callable[[IndexSummary], None] | None = None
    ) -> IndexSummary:
        """Return an index when it is up to date, or has a problem that keeps it behind. Raises NotFound."""
        pause = _FIRST_LOOK
        while True:
            found = await self.get(collection, name)
            if on_progress is not None:
                on_progress(found)
            if found.problem or not (found.behind or found.working):
                return found
            await asyncio.sleep(pause)
            pause = min(_LOOK, pause * 1.5)

    async def _get_collection(self, tx: Connection, name: str) -> int:
        found = await find_collection(tx, name)
        if found is None:
            raise no_collection(name)
        return found.id

    async def _get(self, tx: Connection, collection_id: int, name: str) -> IndexSummary:
        found = await store.list_summaries(tx, collection_id, name=name)
        if found:
            return found[0]
        names = [summary.name for summary in await store.list_summaries(tx, collection_id)]
        raise no_index(name, names)

    async def _check_new(
        self, tx: Connection, collection_id: int, name: str, settings: IndexSettings
    ) -> None:
        if await store.list_summaries(tx, collection_id, name=name):
            raise Conflict(f"There is an index {name!r} already.", hint="Choose another name, or drop it.")
        same = await store.find_name_of(tx, collection_id, settings)
        if same is not None:
            raise Conflict(
                f"The index {same!r} has just these settings.",
                hint="Use it, or name another size, overlap or embedder.",
                code="index_exists",
            )

    async def _note(self, tx: Connection, action: str, collection: str, name: str, *, by: str) -> None:
        await self._audit.note(tx, actor=by, action=action, target=f"{collection}/{name}", details={})
