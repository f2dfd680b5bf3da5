"""Looks for a text in everything that a database holds."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier


def list_tables_with(conninfo: str, text: str) -> list[str]:
    """Return the tables in which any column of any row holds the text, as text or among bytes."""
    found = []
    with psycopg.connect(conninfo) as connection:
        cursor = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            row = connection.execute(
                SQL("SELECT 1 FROM {0} AS row WHERE row::text LIKE %s OR row::text LIKE %s LIMIT 1").format(
                    Identifier(table)
                ),
                (f"%{text}%", f"%{text.encode().hex()}%"),
            ).fetchone()
            if row is not None:
                found.append(str(table))
    return found
