"""The indexes of a sweep: those that are there, and those that are built for it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from answerable.core.clock import Clock
from answerable.core.errors import Conflict, Unavailable
from answerable.evaluation.sweeps.types import Axes, SweptIndex
from answerable.knowledge.index_versions.choosing import check_complete
from answerable.knowledge.index_versions.service import IndexVersions
from answerable.knowledge.index_versions.types import IndexChoice, IndexSummary

OnBuild = Callable[[str], Awaitable[IndexSummary]]
"""Waits for an index, by its name, until it is up to date or stays behind."""

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class SweptIndexes:
    """Opens indexes. `made` are the names of those that it built, to be dropped when they were for the sweep alone."""

    versions: IndexVersions
    collection: str
    clock: Clock
    by: str
    wait: OnBuild
    made: list[str] = field(default_factory=list)

    async def open_baseline(self, name: str | None) -> SweptIndex:
        """Return the index that a variant searches. Raises NotFound; Conflict for one that is behind or not there."""
        found = await self.versions.list_indexes(self.collection)
        for index in found:
            if index.name == name or (name is None and index.active):
                return _take(index)
        if name is not None:
            return _take(await self.versions.get(self.collection, name))
        raise Conflict(
            f"The collection {self.collection!r} is empty.",
            hint="Bring documents in: answerable ingest PATH",
            code="empty_collection",
        )

    async def open_others(self, axes: Axes) -> list[SweptIndex]:
        """Return the indexes of the axes, built where there is none of these settings yet."""
        named = [_take(await self.versions.get(self.collection, name)) for name in axes.indexes]
        return named + [await self._open(choice) for choice in axes.choices]

    async def drop_made(self) -> None:
        """Remove what was built for this sweep."""
        while self.made:
            await self.versions.drop(self.collection, self.made.pop(), by=self.by)

    async def _open(self, choice: IndexChoice) -> SweptIndex:
        same = await self.versions.find_same(self.collection, choice)
        if same is not None:
            # One that an earlier sweep left half built is finished.
            await self.versions.update(self.collection, same)
            return _take(await self.wait(same))
        started = self.clock.monotonic()
        made = await self.versions.create(self.collection, make_name(choice), choice, by=self.by)
        self.made.append(made.name)
        built = await self.wait(made.name)
        if built.behind:
            raise Unavailable(f"The index {built.name!r} cannot be built. {built.problem}")
        return _take(built, seconds=self.clock.monotonic() - started)


def list_choices(
    tokens: Sequence[int], overlaps: Sequence[int], embedders: Sequence[str]
) -> tuple[IndexChoice, ...]:
    """Return each combination; what is not named is as in the active index. None of anything: no choice."""
    if not (tokens or overlaps or embedders):
        return ()
    return tuple(
        IndexChoice(embedder, size, overlap)
        for embedder in embedders or (None,)
        for size in tokens or (None,)
        for overlap in overlaps or (None,)
    )


def make_name(choice: IndexChoice) -> str:
    """Return a name that tells what was chosen: `sweep-400-50`, `sweep-400-openai-text-embedding-3-small`."""
    parts = [choice.chunk_tokens, choice.chunk_overlap, choice.embedder]
    words = [_NOT_IN_NAMES.sub("-", str(part).lower()).strip("-") for part in parts if part is not None]
    return "-".join(["sweep", *words])[:63]


def _take(index: IndexSummary, *, seconds: float | None = None) -> SweptIndex:
    check_complete(index)
    chunker = index.settings.chunker
    return SweptIndex(
        name=index.name,
        embedder=index.settings.embedder,
        chunk_tokens=chunker.max_tokens,
        chunk_overlap=chunker.overlap,
        chunks=index.chunks,
        bytes=index.bytes,
        made=seconds is not None,
        build_seconds=seconds,
    )
