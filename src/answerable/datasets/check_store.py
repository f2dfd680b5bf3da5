"""The SQL of checks: examples that ask the same, and the vectors of all of them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from answerable.datasets.store import DRAFT
from answerable.db.database import Connection

_HEADER: Final = 4
"""Bytes of a halfvec before its numbers: how many there are, and two that are not used."""


async def list_same(
    tx: Connection, dataset_id: UUID, *, limit: int
) -> list[tuple[list[str], list[str], int]]:
    """Return the keys, the splits and the number of different contents of examples that ask in the same words."""
    cursor = await tx.execute(
        f"""SELECT array_agg(key ORDER BY number), array_agg(split ORDER BY number), count(DISTINCT content_hash)
        FROM dataset_example WHERE dataset_id = %s AND {DRAFT}
        GROUP BY input_hash HAVING count(*) > 1 ORDER BY min(number) LIMIT %s""",
        (dataset_id, limit),
    )
    return [(keys, splits, contents) async for keys, splits, contents in cursor]


async def read_vectors(
    tx: Connection, dataset_id: UUID, *, limit: int
) -> tuple[list[tuple[str, str, bytes]], NDArray[np.float32]]:
    """Return the key, split and words' hash of the first examples that have vectors, and the vectors, a row each."""
    cursor = await tx.execute(
        f"""SELECT key, split, input_hash, halfvec_send(vector) FROM dataset_example
        WHERE dataset_id = %s AND {DRAFT} AND vector IS NOT NULL ORDER BY number LIMIT %s""",
        (dataset_id, limit),
    )
    places, vectors = [], []
    async for key, split, words, sent in cursor:
        places.append((key, split, bytes(words)))
        vectors.append(np.frombuffer(sent, dtype=">f2", offset=_HEADER))
    if not vectors:
        return [], np.zeros((0, 1), dtype=np.float32)
    return places, np.stack(vectors).astype(np.float32)
