"""Which variants have passed a gate, for the labels that need that."""

from __future__ import annotations

from uuid import UUID

from answerable.db.database import Connection
from answerable.evaluation.gating import store


class StoredPasses:
    """Looks verdicts up where the gate keeps them."""

    async def find_pass(
        self, tx: Connection, *, app: str, candidate_hash: str, baseline_hash: str, gate_hash: str
    ) -> UUID | None:
        """Return a pass of just this variant against just that one, by just these rules."""
        return await store.find_pass(
            tx, app=app, candidate_hash=candidate_hash, baseline_hash=baseline_hash, gate_hash=gate_hash
        )
