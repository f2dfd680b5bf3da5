"""The SQL of an import that runs: which keys it has brought so far, kept as long as its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from answerable.datasets.rows import read_provenance
from answerable.datasets.store import DRAFT
from answerable.datasets.types import Provenance
from answerable.db.database import Connection

_IN_DATASET: Final = "dataset_id::text = %s"
"""As text it takes no index. That of datasets looks as good as the others for a dataset that nothing has counted yet,
and reads all of its examples for each key; those by key and by content find a row or two as they are."""


class Known(NamedTuple):
    """What an import needs to know of an example that is there."""

    id: UUID
    number: int
    digest: bytes
    provenance: Provenance


async def begin(tx: Connection) -> None:
    """Make the list of keys; it goes with the transaction."""
    await tx.execute(
        "CREATE TEMP TABLE dataset_import (key text PRIMARY KEY, place text NOT NULL) ON COMMIT DROP"
    )


async def list_places(tx: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return where the import had these keys before."""
    cursor = await tx.execute("SELECT key, place FROM dataset_import WHERE key = ANY (%s)", (list(keys),))
    return {key: place async for key, place in cursor}


async def note(tx: Connection, places: Mapping[str, str]) -> None:
    """Note the keys that came, with their places."""
    await tx.execute(
        "INSERT INTO dataset_import SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING",
        (list(places), list(places.values())),
    )


async def list_missing(tx: Connection, dataset_id: UUID) -> list[UUID]:
    """Return the ids of the draft's examples that the import did not bring."""
    cursor = await tx.execute(
        f"""SELECT id FROM dataset_example WHERE dataset_id = %s AND {DRAFT}
            AND NOT EXISTS (SELECT FROM dataset_import WHERE dataset_import.key = dataset_example.key)""",
        (dataset_id,),
    )
    return [id async for (id,) in cursor]


async def list_keys_by_content(tx: Connection, dataset_id: UUID, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """Return the keys under which these contents are in the dataset."""
    cursor = await tx.execute(
        f"""SELECT wanted.content, found.key FROM unnest(%s::bytea[]) AS wanted(content), LATERAL (
            SELECT key FROM dataset_example
            WHERE {_IN_DATASET} AND content_hash = wanted.content AND removed_at IS NULL ORDER BY number LIMIT 1
        ) AS found""",
        (list(hashes), str(dataset_id)),
        prepare=False,
    )
    return {bytes(content): key async for content, key in cursor}


async def list_known(tx: Connection, dataset_id: UUID, keys: Sequence[str]) -> dict[str, Known]:
    """Return what is in the dataset under these keys, held or not.

    Key by key, and planned each time: nothing has counted the rows of this transaction yet, so that a plan for all keys
    at once, or one that is kept from when there were few rows, reads the whole dataset for each key.
    """
    cursor = await tx.execute(
        f"""SELECT wanted.key, found.* FROM unnest(%s::text[]) AS wanted(key), LATERAL (
            SELECT id, number, digest, provenance FROM dataset_example
            WHERE {_IN_DATASET} AND key = wanted.key AND removed_at IS NULL LIMIT 1
        ) AS found""",
        (list(keys), str(dataset_id)),
        prepare=False,
    )
    return {
        key: Known(id, number, bytes(digest), read_provenance(provenance))
        async for key, id, number, digest, provenance in cursor
    }
