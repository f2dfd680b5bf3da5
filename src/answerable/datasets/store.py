"""The SQL of `dataset` and of the draft in `dataset_example`: what is in a dataset now, and not removed from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from answerable.core.texts import to_storable
from answerable.datasets.rows import COLUMNS, Encoded, decode, write_vector
from answerable.datasets.types import Dataset, Example, NearDuplicate
from answerable.db.database import Connection

DRAFT: Final = "removed_at IS NULL AND NOT held"
HELD: Final = "removed_at IS NULL AND held"

_INSERT: Final = """
INSERT INTO dataset_example (id, number, dataset_id, key, input, expected, acceptable, refuse, tool_calls, history,
    evidence, tags, weight, metadata, split, trace_id, provenance, content_hash, digest, input_hash, vector, vector_due,
    held, added_at)
OVERRIDING SYSTEM VALUE
VALUES (%s, coalesce(%s, nextval(pg_get_serial_sequence('dataset_example', 'number'))), %s, %s, %s, %s, %s, %s, %s, %s,
    %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::halfvec, %s, %s, %s)"""


async def find_or_create(tx: Connection, id: UUID, name: str, at: datetime) -> UUID:
    """Return the id of the dataset of that name, made now if it is not there; no other transaction changes it then."""
    cursor = await tx.execute(
        "INSERT INTO dataset (id, name, description, created_at) VALUES (%s, %s, '', %s)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        (id, name, at),
    )
    row = await cursor.fetchone()
    assert row is not None
    return UUID(str(row[0]))


async def find(tx: Connection, name: str, *, lock: bool = False) -> UUID | None:
    """Return the id of a dataset; with `lock` no other transaction changes it until this one ends."""
    cursor = await tx.execute(
        f"SELECT id FROM dataset WHERE name = %s{' FOR UPDATE' if lock else ''}", (to_storable(name),)
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def delete(tx: Connection, dataset_id: UUID) -> None:
    """Delete a dataset with its examples and versions."""
    await tx.execute("DELETE FROM dataset WHERE id = %s", (dataset_id,))


async def find_applied(tx: Connection, name: str) -> bytes | None:
    """Return the hash of the file that was applied last."""
    row = await (await tx.execute("SELECT applied FROM dataset WHERE name = %s", (name,))).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


async def set_applied(tx: Connection, dataset_id: UUID, file: bytes) -> None:
    await tx.execute("UPDATE dataset SET applied = %s WHERE id = %s", (file, dataset_id))


async def list_all(tx: Connection) -> list[Dataset]:
    """Return all datasets by name."""
    cursor = await tx.execute(
        f"""SELECT id, name, description,
            (SELECT count(*) FROM dataset_example WHERE dataset_id = dataset.id AND {DRAFT}), created_at,
            (SELECT count(*) FROM dataset_example WHERE dataset_id = dataset.id AND {HELD}),
            (SELECT coalesce(max(number), 0) FROM dataset_version WHERE dataset_id = dataset.id)
        FROM dataset ORDER BY name"""
    )
    return [Dataset(*row) async for row in cursor]


async def insert(
    tx: Connection,
    dataset_id: UUID,
    rows: Sequence[tuple[Encoded, int | None]],
    *,
    vectors: Sequence[NDArray[np.float32] | None] | None = None,
    held: bool = False,
) -> None:
    """Write examples, each with the number of the one that it takes the place of, None: a new one.

    Without `vectors` they are due.
    """
    written = vectors or [None] * len(rows)
    values = [
        _list_values(
            dataset_id, row, number, vector, due=vectors is None and bool(row.words.strip()), held=held
        )
        for (row, number), vector in zip(rows, written, strict=True)
    ]
    async with tx.cursor() as cursor:
        await cursor.executemany(_INSERT, values)


def _list_values(
    dataset_id: UUID,
    row: Encoded,
    number: int | None,
    vector: NDArray[np.float32] | None,
    *,
    due: bool,
    held: bool,
) -> tuple[Any, ...]:
    one, texts = row.example, row.texts
    return (
        one.id, number, dataset_id, one.key, texts["input"], texts["expected"], texts["acceptable"], one.refuse,
        texts["tool_calls"], texts["history"], texts["evidence"], list(one.tags), one.weight, texts["metadata"],
        one.split, one.provenance.trace_id, texts["provenance"], row.content_hash, row.digest, row.input_hash,
        write_vector(vector), due, held, one.added_at,
    )  # fmt: skip


async def find_by_content(tx: Connection, dataset_id: UUID, content_hash: bytes) -> UUID | None:
    """Return the id of an example with this content, held or not."""
    cursor = await tx.execute(
        "SELECT id FROM dataset_example WHERE dataset_id = %s AND content_hash = %s AND removed_at IS NULL"
        " ORDER BY number LIMIT 1",
        (dataset_id, content_hash),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def find_by_key(tx: Connection, dataset_id: UUID, key: str) -> tuple[int, Example] | None:
    """Return the number and the example of a key, held or not."""
    cursor = await tx.execute(
        f"SELECT number, {COLUMNS} FROM dataset_example WHERE dataset_id = %s AND key = %s AND removed_at IS NULL",
        (dataset_id, key),
    )
    row = await cursor.fetchone()
    return None if row is None else (row[0], decode(row[1:]))


async def list_after(
    tx: Connection,
    dataset_id: UUID,
    *,
    after: int,
    limit: int,
    where: str = DRAFT,
    values: Sequence[Any] = (),
) -> list[tuple[int, Example]]:
    """Return examples with their numbers, in the order they were added."""
    cursor = await tx.execute(
        f"SELECT number, {COLUMNS} FROM dataset_example WHERE dataset_id = %s AND number > %s AND ({where})"
        " ORDER BY number LIMIT %s",
        (dataset_id, after, *values, limit),
    )
    return [(number, decode(row)) async for number, *row in cursor]


async def list_near(
    tx: Connection,
    dataset_id: UUID,
    *,
    input_hash: bytes,
    vector: NDArray[np.float32] | None,
    least: float,
    limit: int,
) -> list[NearDuplicate]:
    """Return the examples with the same words or a cosine of at least `least`, the nearest first. All are compared."""
    cursor = await tx.execute(
        f"""SELECT * FROM (
            SELECT {COLUMNS}, input_hash = %s AS same, -(vector <#> %s::halfvec) AS likeness FROM dataset_example
            WHERE dataset_id = %s AND removed_at IS NULL) AS compared
        WHERE same OR likeness >= %s ORDER BY same DESC, likeness DESC NULLS LAST, added_at LIMIT %s""",
        (input_hash, write_vector(vector), dataset_id, least, limit),
    )
    return [
        NearDuplicate(decode(row), "same" if same else "like", 1.0 if same else min(1.0, float(likeness)))
        async for *row, same, likeness in cursor
    ]


async def remove(tx: Connection, ids: Sequence[UUID], *, at: datetime) -> int:
    """Take examples out of the draft; those that no version has are deleted. Return how many were there."""
    values = {"ids": list(ids), "at": at}
    deleted = await tx.execute(
        "DELETE FROM dataset_example WHERE id = ANY (%(ids)s) AND removed_at IS NULL AND first_version IS NULL",
        values,
    )
    kept = await tx.execute(
        """UPDATE dataset_example SET removed_at = %(at)s, last_version =
            (SELECT max(number) FROM dataset_version WHERE dataset_id = dataset_example.dataset_id)
        WHERE id = ANY (%(ids)s) AND removed_at IS NULL""",
        values,
    )
    return deleted.rowcount + kept.rowcount


async def accept(tx: Connection, dataset_id: UUID, keys: Sequence[str] | None) -> int:
    """Let held examples into the draft, all of them without `keys`; return how many those were."""
    cursor = await tx.execute(
        "UPDATE dataset_example SET held = false WHERE dataset_id = %(dataset)s AND held AND removed_at IS NULL"
        " AND (%(keys)s::text[] IS NULL OR key = ANY (%(keys)s))",
        {"dataset": dataset_id, "keys": None if keys is None else list(keys)},
    )
    return cursor.rowcount


async def is_held(tx: Connection, id: UUID) -> bool:
    row = await (await tx.execute("SELECT held FROM dataset_example WHERE id = %s", (id,))).fetchone()
    return row is not None and bool(row[0])


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> int:
    """Delete the examples made from these traces, out of every version; return how many that were."""
    cursor = await tx.execute(
        """WITH erased AS (
            DELETE FROM dataset_example WHERE trace_id = ANY (%s) RETURNING dataset_id, first_version, last_version
        ), noted AS (
            UPDATE dataset_version version SET gone = gone + lost.examples FROM (
                SELECT own.dataset_id, own.number, count(*) AS examples FROM erased JOIN dataset_version own
                    ON own.dataset_id = erased.dataset_id AND own.number >= erased.first_version
                    AND own.number <= coalesce(erased.last_version, own.number)
                GROUP BY own.dataset_id, own.number
            ) AS lost WHERE version.dataset_id = lost.dataset_id AND version.number = lost.number
        ) SELECT count(*) FROM erased""",
        (list(trace_ids),),
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def list_due(tx: Connection, dataset_id: UUID, *, limit: int) -> list[tuple[UUID, Any]]:
    """Return the ids and inputs of examples whose vectors are still to be computed."""
    cursor = await tx.execute(
        "SELECT id, input FROM dataset_example WHERE dataset_id = %s AND vector_due ORDER BY number LIMIT %s",
        (dataset_id, limit),
    )
    return [(id, input) async for id, input in cursor]


async def set_vectors(tx: Connection, vectors: Sequence[tuple[UUID, NDArray[np.float32]]]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(
            "UPDATE dataset_example SET vector = %s::halfvec, vector_due = false WHERE id = %s",
            [(write_vector(vector), id) for id, vector in vectors],
        )
