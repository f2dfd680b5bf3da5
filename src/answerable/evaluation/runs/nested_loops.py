"""Keeps PostgreSQL from joining a whole run with itself in nested loops."""

from __future__ import annotations

from answerable.db.database import Connection


async def avoid_nested_loops(tx: Connection) -> None:
    """Let the rest of the transaction join by hashing where it can.

    Before the tables are analysed again PostgreSQL takes a run that has just been written for a row or two, and reads
    all of its items for each of its scores: minutes for 10,000 examples.
    """
    await tx.execute("SET LOCAL enable_nestloop = off")
