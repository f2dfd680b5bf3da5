"""The secret that links and tokens are signed with: made once for each database, kept in it."""

from __future__ import annotations

import secrets

from answerable.core.signing import Signer
from answerable.db.database import Database


async def load_signer(database: Database) -> Signer:
    """Return the signer of this database's secret, which is the same in every process on it.

    Deleting the row of `signing_key` and starting anew makes all links and tokens worthless.
    """
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO signing_key (secret) VALUES (%s) ON CONFLICT DO NOTHING", (secrets.token_bytes(32),)
        )
        row = await (await tx.execute("SELECT secret FROM signing_key")).fetchone()
    assert row is not None
    return Signer(bytes(row[0]))
