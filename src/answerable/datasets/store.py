"""The SQL of `dataset` and `dataset_example`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from answerable.datasets.types import Dataset, Evidence, Example, NearDuplicate, Provenance
from answerable.db.database import Connection

_COLUMNS: Final = "id, input, expected, evidence, tags, weight, provenance, content_hash, added_at"


async def find_or_create(tx: Connection, id: UUID, name: str, at: datetime) -> UUID:
    """Return the id of the dataset of that name, made now if it is not there."""
    cursor = await tx.execute(
        "INSERT INTO dataset (id, name, description, created_at) VALUES (%s, %s, '', %s)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        (id, name, at),
    )
    row = await cursor.fetchone()
    assert row is not None
    return UUID(str(row[0]))


async def find(tx: Connection, name: str) -> UUID | None:
    row = await (await tx.execute("SELECT id FROM dataset WHERE name = %s", (name,))).fetchone()
    return None if row is None else row[0]


async def list_all(tx: Connection) -> list[Dataset]:
    """Return all datasets by name."""
    cursor = await tx.execute(
        "SELECT id, name, description, (SELECT count(*) FROM dataset_example WHERE dataset_id = dataset.id), created_at"
        " FROM dataset ORDER BY name"
    )
    return [Dataset(*row) async for row in cursor]


async def insert(
    tx: Connection,
    dataset_id: UUID,
    example: Example,
    *,
    texts: dict[str, str | None],
    hashes: tuple[bytes, bytes],
    vector: NDArray[np.float32] | None,
) -> UUID | None:
    """Write an example; None when the dataset has one with this content."""
    cursor = await tx.execute(
        """INSERT INTO dataset_example (id, dataset_id, input, expected, evidence, tags, weight, trace_id, provenance,
            content_hash, input_hash, vector, added_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::halfvec, %s)
        ON CONFLICT (dataset_id, content_hash) DO NOTHING RETURNING id""",
        (
            example.id, dataset_id, texts["input"], texts["expected"], texts["evidence"], list(example.tags),
            example.weight, example.provenance.trace_id, texts["provenance"], *hashes, _write_vector(vector),
            example.added_at,
        ),
    )  # fmt: skip
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def find_by_content(tx: Connection, dataset_id: UUID, content_hash: bytes) -> UUID | None:
    cursor = await tx.execute(
        "SELECT id FROM dataset_example WHERE dataset_id = %s AND content_hash = %s",
        (dataset_id, content_hash),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def list_after(
    tx: Connection, dataset_id: UUID, *, after: int, limit: int
) -> list[tuple[int, Example]]:
    """Return examples with their numbers, in the order they were added."""
    cursor = await tx.execute(
        f"SELECT number, {_COLUMNS} FROM dataset_example WHERE dataset_id = %s AND number > %s"
        " ORDER BY number LIMIT %s",
        (dataset_id, after, limit),
    )
    return [(number, _to_example(row)) async for number, *row in cursor]


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
            SELECT {_COLUMNS}, input_hash = %s AS same, -(vector <#> %s::halfvec) AS likeness FROM dataset_example
            WHERE dataset_id = %s) AS compared
        WHERE same OR likeness >= %s ORDER BY same DESC, likeness DESC NULLS LAST, added_at LIMIT %s""",
        (input_hash, _write_vector(vector), dataset_id, least, limit),
    )
    return [
        NearDuplicate(
            _to_example(row), "same" if same else "like", 1.0 if same else min(1.0, float(likeness))
        )
        async for *row, same, likeness in cursor
    ]


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> int:
    """Delete the examples made from these traces; return how many that were."""
    cursor = await tx.execute("DELETE FROM dataset_example WHERE trace_id = ANY (%s)", (list(trace_ids),))
    return cursor.rowcount


def _write_vector(vector: NDArray[np.float32] | None) -> str | None:
    return None if vector is None else f"[{','.join(f'{number:.5f}' for number in vector)}]"


def _to_example(row: Sequence[Any]) -> Example:
    id, input, expected, evidence, tags, weight, provenance, content_hash, added_at = row
    return Example(
        input=input,
        expected=expected,
        evidence=tuple(Evidence(**one) for one in evidence),
        tags=tuple(tags),
        weight=weight,
        provenance=Provenance(**{**provenance, "annotators": tuple(provenance["annotators"])}),
        id=id,
        content_hash=bytes(content_hash).hex(),
        added_at=added_at,
    )
