"""The SQL of `dataset_version`, and of which examples each version has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from answerable.datasets.rows import COLUMNS, decode
from answerable.datasets.store import DRAFT
from answerable.datasets.types import DatasetVersion, Example
from answerable.db.database import Connection

MEMBER: Final = "first_version <= %s AND (last_version IS NULL OR last_version >= %s)"
"""What holds of the examples of a version; its number stands there twice."""

_VERSIONS: Final = """
SELECT dataset.name, version.number, encode(version.hash, 'hex'), version.examples, version.created_at,
    version.created_by, version.note, version.gone
FROM dataset_version version JOIN dataset ON dataset.id = version.dataset_id"""

_PAIRED: Final = f"""
WITH before AS (SELECT key, digest, id FROM dataset_example WHERE dataset_id = %s AND {MEMBER}),
    after AS (SELECT key, digest, id FROM dataset_example WHERE dataset_id = %s AND {MEMBER})
SELECT CASE WHEN before.id IS NULL THEN 'added' WHEN after.id IS NULL THEN 'removed'
    WHEN before.digest = after.digest THEN 'unchanged' ELSE 'changed' END AS kind, before.id, after.id, key
FROM before FULL JOIN after USING (key)"""


async def sum_draft(tx: Connection, dataset_id: UUID) -> tuple[bytes, int]:
    """Return the hash of everything that the draft says, and how many examples it has."""
    cursor = await tx.execute(
        "SELECT sha256(coalesce(string_agg(digest, ''::bytea ORDER BY key COLLATE \"C\"), '')), count(*)"
        f" FROM dataset_example WHERE dataset_id = %s AND {DRAFT}",
        (dataset_id,),
    )
    row = await cursor.fetchone()
    assert row is not None
    return bytes(row[0]), row[1]


async def list_without_digest(tx: Connection, dataset_id: UUID, *, limit: int) -> list[Example]:
    """Return examples from before there were versions."""
    cursor = await tx.execute(
        f"SELECT {COLUMNS} FROM dataset_example WHERE dataset_id = %s AND digest IS NULL LIMIT %s",
        (dataset_id, limit),
    )
    return [decode(row) async for row in cursor]


async def set_digests(tx: Connection, digests: Sequence[tuple[UUID, bytes]]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(
            "UPDATE dataset_example SET digest = %s WHERE id = %s", [(digest, id) for id, digest in digests]
        )


async def insert(
    tx: Connection,
    dataset_id: UUID,
    number: int,
    hash: bytes,
    examples: int,
    *,
    at: datetime,
    by: str,
    note: str,
) -> None:
    """Write a version of everything that is in the draft now."""
    await tx.execute(
        "INSERT INTO dataset_version (dataset_id, number, hash, examples, created_by, note, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (dataset_id, number, hash, examples, by, note, at),
    )
    await tx.execute(
        f"UPDATE dataset_example SET first_version = %s WHERE dataset_id = %s AND first_version IS NULL AND {DRAFT}",
        (number, dataset_id),
    )


async def list_newest_first(
    tx: Connection, dataset_id: UUID, *, number: int | None = None, limit: int = 100
) -> list[DatasetVersion]:
    """Return the versions of a dataset, or the one of a number."""
    cursor = await tx.execute(
        f"{_VERSIONS} WHERE dataset.id = %(id)s AND (%(number)s::integer IS NULL OR version.number = %(number)s)"
        " ORDER BY version.number DESC LIMIT %(limit)s",
        {"id": dataset_id, "number": number, "limit": limit},
    )
    return [DatasetVersion(*row) async for row in cursor]


async def count_kinds(tx: Connection, before: tuple[UUID, int], after: tuple[UUID, int]) -> dict[str, int]:
    """Return how many keys are added, removed, changed and unchanged from one (dataset, version) to another."""
    cursor = await tx.execute(
        f"SELECT kind, count(*) FROM ({_PAIRED}) AS paired GROUP BY kind", _list_members(before, after)
    )
    return {kind: count async for kind, count in cursor}


async def list_pairs(
    tx: Connection, before: tuple[UUID, int], after: tuple[UUID, int], *, kind: str, limit: int
) -> list[tuple[UUID | None, UUID | None]]:
    """Return the ids before and after of the keys of one kind, by key."""
    cursor = await tx.execute(
        f'SELECT * FROM ({_PAIRED}) AS paired WHERE kind = %s ORDER BY key COLLATE "C" LIMIT %s',
        (*_list_members(before, after), kind, limit),
    )
    return [(old, new) async for _, old, new, _ in cursor]


async def list_examples(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Example]:
    cursor = await tx.execute(f"SELECT {COLUMNS} FROM dataset_example WHERE id = ANY (%s)", (list(ids),))
    found = [decode(row) async for row in cursor]
    return {example.id: example for example in found if example.id is not None}


def _list_members(before: tuple[UUID, int], after: tuple[UUID, int]) -> tuple[UUID | int, ...]:
    return (before[0], before[1], before[1], after[0], after[1], after[1])


async def list_splits(tx: Connection, dataset_id: UUID, number: int) -> list[str]:
    """Return the names of the splits that examples of a version are in."""
    cursor = await tx.execute(
        f"SELECT DISTINCT split FROM dataset_example WHERE dataset_id = %s AND {MEMBER} AND split <> '' ORDER BY 1",
        (dataset_id, number, number),
    )
    return [split async for (split,) in cursor]
