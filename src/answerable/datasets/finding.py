"""Datasets by their names, and examples by their keys: the one that is there, or what was probably meant."""

from __future__ import annotations

from uuid import UUID

from answerable.core.closeness import suggest
from answerable.core.errors import NotFound
from answerable.core.texts import to_storable
from answerable.datasets import store
from answerable.datasets.types import Example
from answerable.db.database import Connection


async def get_dataset(tx: Connection, name: str, *, lock: bool = False) -> UUID:
    """Return the id of a dataset. Raises NotFound (`unknown_dataset`)."""
    dataset_id = await store.find(tx, name, lock=lock)
    if dataset_id is not None:
        return dataset_id
    known = [one.name for one in await store.list_all(tx)]
    raise NotFound(
        f"There is no dataset {name[:100]!r}.",
        hint=suggest(name, known)
        or f"Bring some examples in: `answerable datasets import {name[:100]} FILE`.",
        code="unknown_dataset",
    )


async def get_by_key(tx: Connection, dataset_id: UUID, key: str) -> tuple[int, Example]:
    """Return the number and the example of a key, held or not. Raises NotFound (`unknown_example`)."""
    found = await store.find_by_key(tx, dataset_id, to_storable(key))
    if found is None:
        raise refuse_unknown_key("The dataset", key)
    return found


def refuse_unknown_key(place: str, key: str) -> NotFound:
    """Return what is raised for a key that no example of the place has."""
    return NotFound(
        f"{place} has no example with the key {key[:100]!r}.",
        hint="`answerable datasets show` lists the keys.",
        code="unknown_example",
    )
