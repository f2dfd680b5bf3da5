"""Datasets: examples that never change, each with its provenance, and a look for those that are nearly the same."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.core.clock import Clock
from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput, NotFound
from answerable.core.ids import new_id
from answerable.datasets import store
from answerable.datasets.content import dump, hash_content, hash_words, read_words
from answerable.datasets.types import Added, Dataset, Example, ExamplePage, NearDuplicate
from answerable.db.database import Connection, Database

Embed = Callable[[str], Awaitable[NDArray[np.float32]]]
"""Returns a unit vector of 384 numbers, always the same for a text: the local embedder's."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_TAG: Final = re.compile(r"[\w.:@/-]{1,60}")
_MAX_TAGS: Final = 50
_MAX_PAGE: Final = 1_000
_EMBEDDED: Final = 4_000
"""Characters of an input that are compared by vector; the embedder reads no more of a text."""
LIKE: Final = 0.92
"""Cosine from which two inputs are called alike: mostly the same question in other words."""


class DatasetService:
    def __init__(self, database: Database, *, embed: Embed, clock: Clock) -> None:
        self._database = database
        self._embed = embed
        self._clock = clock

    async def add_example(self, dataset: str, example: Example) -> Added:
        """Add an example; the dataset is made with its first. One with the same content is not added again.

        Raises InvalidInput (`invalid_dataset`, `invalid_example`).
        """
        _check(dataset, example)
        words = read_words(example.input)
        texts: dict[str, str | None] = {
            "input": dump(example.input),
            "expected": None if example.expected is None else dump(example.expected),
            "evidence": dump([asdict(one) for one in example.evidence]),
            "provenance": dump(asdict(example.provenance)),
        }
        content = hash_content(example)
        vector = await self._find_vector(words)
        async with self._database.transaction() as tx:
            now = self._clock.now()
            dataset_id = await store.find_or_create(tx, new_id(), dataset, now)
            written = replace(example, id=new_id(), added_at=now)
            hashes = (content, hash_words(words))
            id = await store.insert(tx, dataset_id, written, texts=texts, hashes=hashes, vector=vector)
            if id is not None:
                return Added(id, new=True)
            had = await store.find_by_content(tx, dataset_id, content)
        assert had is not None
        return Added(had, new=False)

    async def find_near_duplicates(
        self, dataset: str, example: Example, *, least: float = LIKE, limit: int = 5
    ) -> list[NearDuplicate]:
        """Return the examples that ask nearly the same, the nearest first; none where the dataset is not there."""
        words = read_words(example.input)
        vector = await self._find_vector(words)
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

    async def list_examples(self, dataset: str, *, after: int = 0, limit: int = 100) -> ExamplePage:
        """Return examples in the order they were added. Raises NotFound (`unknown_dataset`)."""
        limit = max(1, min(limit, _MAX_PAGE))
        async with self._database.transaction() as tx:
            dataset_id = await store.find(tx, dataset)
            if dataset_id is None:
                known = [one.name for one in await store.list_all(tx)]
                raise NotFound(
                    f"There is no dataset {dataset[:100]!r}.",
                    hint=suggest(dataset, known) or "A dataset is made with its first example.",
                    code="unknown_dataset",
                )
            found = await store.list_after(tx, dataset_id, after=after, limit=limit + 1)
        more = len(found) > limit
        return ExamplePage(
            tuple(example for _, example in found[:limit]), found[limit - 1][0] if more else None
        )

    async def iterate(self, dataset: str, *, batch: int = 500) -> AsyncIterator[Sequence[Example]]:
        """Yield all examples of a dataset, some at a time. Raises NotFound."""
        after: int | None = 0
        while after is not None:
            page = await self.list_examples(dataset, after=after, limit=batch)
            yield page.examples
            after = page.next_after

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete the examples made from these traces; return how many that were."""
        return await store.delete_of_traces(tx, trace_ids)

    async def _find_vector(self, words: str) -> NDArray[np.float32] | None:
        text = words.strip()[:_EMBEDDED]
        return await self._embed(text) if text else None


def _check(dataset: str, example: Example) -> None:
    if not _NAME.fullmatch(dataset):
        raise InvalidInput(
            f"{dataset[:100]!r} cannot be the name of a dataset.",
            hint="Use up to 63 lower-case letters, digits, - and _; begin with a letter or digit.",
            code="invalid_dataset",
        )
    if not example.input:
        raise InvalidInput(
            "An example has an input.", hint='Such as {"question": "..."}.', code="invalid_example"
        )
    if len(example.tags) > _MAX_TAGS or not all(_TAG.fullmatch(tag) for tag in example.tags):
        raise InvalidInput(
            f"An example has at most {_MAX_TAGS} tags of up to 60 letters, digits and . : @ / - _",
            hint="Shorten or rename the tags.",
            code="invalid_example",
        )
    if not 0 < example.weight <= 1000:
        raise InvalidInput("The weight of an example is above 0, at most 1000.", code="invalid_example")
