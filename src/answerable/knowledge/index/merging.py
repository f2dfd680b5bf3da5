"""Merging segments of one language into one: fewer lists to read and add up for each query.

Posting lists name ordinals of the whole index, so a merge joins their bytes inside PostgreSQL. Lists of chunks that
died since are kept by that and ignored by readers, until the dead outnumber a bound: then the lists are rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.db.database import Connection
from answerable.knowledge.index.store import SegmentSize

MOST_SEGMENTS: Final = 8
"""Of one language. More cost a search more than a merge of the small ones costs once."""
MOST_DEAD: Final = 0.2
"""Share of a segment that may be dead before its lists are rewritten."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Segments to become one."""

    language: str
    segment_ids: tuple[int, ...]
    purge: bool


def plan_merges(segments: Sequence[SegmentSize], *, most: int = MOST_SEGMENTS) -> list[Merge]:
    """Choose what to merge: where a language has over `most` segments, all but those much larger than the rest.

    A segment is left alone while it is larger than twice all smaller ones together, so that a chunk is rewritten
    only a logarithmic number of times while an index grows.
    """
    merges = []
    for language in sorted({segment.language for segment in segments}):
        mine = sorted((s for s in segments if s.language == language), key=lambda s: s.chunks)
        worn = [s for s in mine if s.dead > MOST_DEAD * s.chunks]
        chosen = _choose_small(mine) if len(mine) > most else []
        chosen = chosen + [s for s in worn if s not in chosen]
        if chosen:
            merges.append(Merge(language, tuple(sorted(s.id for s in chosen)), purge=bool(worn)))
    return merges


def _choose_small(ascending: list[SegmentSize]) -> list[SegmentSize]:
    chosen: list[SegmentSize] = []
    total = 0
    for segment in ascending:
        if segment.chunks > 2 * total and len(chosen) > 1:
            break
        chosen.append(segment)
        total += segment.chunks
    return chosen


async def run_merge(tx: Connection, index_id: int, merge: Merge) -> None:
    """Replace the segments by one. The caller holds the index's write lock."""
    ids = list(merge.segment_ids)
    cursor = await tx.cursor(binary=True).execute(
        "SELECT ordinals, lengths, dead FROM segment WHERE id = ANY(%s) ORDER BY first_ordinal", (ids,)
    )
    ordinals, lengths = _join_live(await cursor.fetchall())
    if len(ordinals):
        segment_id = await _insert_segment(tx, index_id, merge.language, ordinals, lengths)
        await _join_postings(tx, index_id, segment_id, ids)
        if merge.purge:
            await _purge(tx, index_id, segment_id, ordinals)
    await tx.execute(f"DELETE FROM posting_{index_id:d} WHERE segment_id = ANY(%s)", (ids,))
    await tx.execute("DELETE FROM segment WHERE id = ANY(%s)", (ids,))


def _join_live(rows: Sequence[tuple[bytes, bytes, bytes]]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    ordinals = np.concatenate([np.frombuffer(row[0], dtype="<u4") for row in rows])
    lengths = np.concatenate([np.frombuffer(row[1], dtype="<u2") for row in rows])
    dead = np.concatenate([np.frombuffer(row[2], dtype="<u4") for row in rows])
    alive = ~np.isin(ordinals, dead)
    order = np.argsort(ordinals[alive], kind="stable")
    return ordinals[alive][order], lengths[alive][order]


async def _insert_segment(
    tx: Connection, index_id: int, language: str, ordinals: NDArray[np.uint32], lengths: NDArray[np.uint16]
) -> int:
    cursor = await tx.execute(
        "INSERT INTO segment (index_id, language, first_ordinal, last_ordinal, chunks, ordinals, lengths)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (
            index_id, language, int(ordinals[0]), int(ordinals[-1]), len(ordinals),
            ordinals.tobytes(), lengths.tobytes(),
        ),
    )  # fmt: skip
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def _join_postings(tx: Connection, index_id: int, segment_id: int, sources: list[int]) -> None:
    """Lists need not ascend over the seams: a reader only needs each ordinal once."""
    await tx.execute(
        f"INSERT INTO posting_{index_id:d} (index_id, segment_id, lexeme, ordinals, counts)"
        " SELECT %s, %s, lexeme, string_agg(ordinals, '' ORDER BY segment_id),"
        " string_agg(counts, '' ORDER BY segment_id)"
        f" FROM posting_{index_id:d} WHERE segment_id = ANY(%s) GROUP BY lexeme",
        (index_id, segment_id, sources),
    )


async def _purge(tx: Connection, index_id: int, segment_id: int, live: NDArray[np.uint32]) -> None:
    """Rewrite the lists of a segment without chunks that are not in it any more."""
    async with tx.cursor(name="purge", binary=True) as reader:
        await reader.execute(
            f"SELECT lexeme, ordinals, counts FROM posting_{index_id:d} WHERE segment_id = %s", (segment_id,)
        )
        while rows := await reader.fetchmany(5000):
            changed = [new for row in rows if (new := _filter(row, live)) is not None]
            async with tx.cursor() as writer:
                await writer.executemany(
                    f"UPDATE posting_{index_id:d} SET ordinals = %s, counts = %s"
                    f" WHERE segment_id = {segment_id:d} AND lexeme = %s",
                    changed,
                )
    await tx.execute(
        f"DELETE FROM posting_{index_id:d} WHERE segment_id = %s AND ordinals = ''", (segment_id,)
    )


def _filter(row: tuple[str, bytes, bytes], live: NDArray[np.uint32]) -> tuple[bytes, bytes, str] | None:
    """Return the parameters of the update, None for a list that stays as it is."""
    lexeme, ordinals, counts = row
    listed = np.frombuffer(ordinals, dtype="<u4")
    places = np.minimum(np.searchsorted(live, listed), len(live) - 1)
    keep = live[places] == listed
    if keep.all():
        return None
    kept = np.frombuffer(counts, dtype=np.uint8)[keep]
    return listed[keep].tobytes(), kept.tobytes(), lexeme
