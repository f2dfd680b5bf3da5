"""The SQL of `answer_cache`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.db.database import Connection

_VECTORS = 2_000
"""Questions that a server takes in at once, some 3 MB."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """`expires_at` is Unix time; `vector` are the bytes of float32 numbers."""

    key: bytes
    app: str
    corpus: str | None
    generation: str | None
    answer: bytes
    expires_at: float
    scope: bytes | None
    question: str | None
    vector: bytes | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a server remembers of an entry that it has not read."""

    number: int
    key: bytes
    expires_at: float
    scope: bytes | None
    question: str | None
    vector: bytes | None


async def insert(tx: Connection, rows: Sequence[NewRow]) -> None:
    """Write entries, no two of one key; an entry that is there already gets the newer answer and a new number.

    One statement: a shutdown in its midst is rolled back and leaves the connection as it was.
    """
    await tx.execute(
        """INSERT INTO answer_cache
            (key, app, corpus, generation, answer, expires_at, scope, question, vector)
        SELECT key, app, corpus, generation, answer, to_timestamp(expires_at), scope, question, vector
        FROM unnest(%s::bytea[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::float8[], %s::bytea[],
            %s::text[], %s::bytea[])
            AS fresh (key, app, corpus, generation, answer, expires_at, scope, question, vector)
        ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, expires_at = excluded.expires_at,
            number = DEFAULT, created_at = now()""",
        (
            [row.key for row in rows],
            [row.app for row in rows],
            [row.corpus for row in rows],
            [row.generation for row in rows],
            [row.answer for row in rows],
            [row.expires_at for row in rows],
            [row.scope for row in rows],
            [row.question for row in rows],
            [row.vector for row in rows],
        ),
    )


async def find(tx: Connection, key: bytes) -> tuple[bytes, float] | None:
    """Return the answer and the Unix time at which it expires."""
    cursor = await tx.execute(
        "SELECT answer, extract(epoch FROM expires_at)::float8 FROM answer_cache"
        " WHERE key = %s AND expires_at > now()",
        (key,),
    )
    row = await cursor.fetchone()
    return None if row is None else (bytes(row[0]), row[1])


async def list_newer(tx: Connection, number: int, *, limit: int) -> list[Known]:
    """Return the newest entries with a larger number, the oldest of them first; vectors only of the last of them."""
    cursor = await tx.execute(
        """SELECT number, key, extract(epoch FROM expires_at)::float8, scope, question,
            CASE WHEN row_number() OVER (ORDER BY number DESC) <= %s THEN vector END
        FROM answer_cache WHERE number > %s AND expires_at > now() ORDER BY number DESC LIMIT %s""",
        (_VECTORS, number, limit),
    )
    return [Known(*row) for row in reversed(await cursor.fetchall())]


async def get_last_number(tx: Connection) -> int:
    row = await (await tx.execute("SELECT coalesce(max(number), 0) FROM answer_cache")).fetchone()
    return 0 if row is None else int(row[0])


async def delete_other_generations(tx: Connection, corpus: str, generation: str) -> None:
    """Delete what was answered from another state of a collection: nobody finds it any more."""
    await tx.execute("DELETE FROM answer_cache WHERE corpus = %s AND generation <> %s", (corpus, generation))


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> int:
    """Delete the answers that these runs made; return how many. Looks through all of them: nobody asks for it often."""
    cursor = await tx.execute(
        "DELETE FROM answer_cache WHERE"
        """ substring(convert_from(answer, 'UTF8') FROM '"trace_id":"([0-9a-f]{32})"') = ANY(%s)""",
        (list(trace_ids),),
    )
    return cursor.rowcount


async def delete_expired(tx: Connection, *, keep: int) -> None:
    """Delete what is too old, and all but the newest `keep` entries."""
    await tx.execute(
        "DELETE FROM answer_cache WHERE expires_at <= now() OR number <="
        " (SELECT number FROM answer_cache ORDER BY number DESC OFFSET %s LIMIT 1)",
        (keep,),
    )
