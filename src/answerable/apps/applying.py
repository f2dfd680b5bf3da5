"""Carries out what `apply` planned, in its transaction."""

from __future__ import annotations

from datetime import datetime

from answerable.apps import store
from answerable.apps.planning import AppChange, LabelChange
from answerable.apps.types import Label
from answerable.db.database import Connection


async def write(tx: Connection, change: AppChange, *, by: str, at: datetime) -> None:
    """Write what the change changes, and nothing else."""
    if change.action != "unchanged":
        await store.write_app(
            tx,
            name=change.name,
            kind=change.kind,
            description=change.description,
            traces=change.traces,
            evaluators=change.evaluators,
            gate=change.gate,
        )
    for entry in change.variants:
        if entry.action == "registered":
            await store.insert_variant(tx, entry.variant, at=at)
        if entry.action != "unchanged":
            await store.set_current(tx, entry.variant)
    for label in change.labels:
        await _write_label(tx, change.name, label, by=by, at=at)


async def _write_label(tx: Connection, app: str, change: LabelChange, *, by: str, at: datetime) -> None:
    before = change.before
    if change.action in {"created", "moved"}:
        moved = Label(
            app=app,
            name=change.name,
            variant=change.after,
            moved_at=at,
            source="file",
            by=by,
            file_variant=change.file_variant,
        )
        await store.write_label(tx, moved, before=None if before is None else before.variant)
    elif change.settles and before is not None:
        await store.settle_label(tx, before, file_variant=change.file_variant)
