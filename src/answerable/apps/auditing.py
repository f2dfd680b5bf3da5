"""What of a changed app goes into the audit log: names and hashes, never a prompt."""

from __future__ import annotations

from typing import Any

from answerable.apps.planning import AppChange, LabelChange
from answerable.apps.types import Label, Variant
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection


async def note_apply(tx: Connection, log: ChangeLog, change: AppChange, *, by: str) -> None:
    """Note what an apply changed in one app: itself, each label, what is kept of its traces, and its gate."""
    if not change.changed:
        return
    registered = [entry.variant.id for entry in change.variants if entry.action == "registered"]
    restored = [entry.variant.id for entry in change.variants if entry.action == "restored"]
    details = {"app": change.action, "registered": registered, "restored": restored}
    await log.note(tx, actor=by, action="app.apply", target=change.name, details=details)
    for label in change.labels:
        if label.action in {"created", "moved"}:
            await log.note(
                tx,
                actor=by,
                action="label.move",
                target=f"{change.name}/{label.name}",
                details=_describe_move(_find_variant(label), label.after, source="file"),
            )
    policies = []
    if change.traces_changed:
        policies.append(("traces", change.traces_before.to_json(), change.traces.to_json()))
    if change.gate_changed:
        policies.append(("gate", change.gate_before.to_json(), change.gate.to_json()))
    for name, old, new in policies:
        await log.note(
            tx,
            actor=by,
            action="policy.change",
            target=f"{change.name}/{name}",
            details={"before": old, "after": new},
        )


async def note_move(
    tx: Connection, log: ChangeLog, label: Label, *, before: Variant | None, forced: bool
) -> None:
    """Note a label that a person moved; `forced`: past the gate that it needed to pass."""
    details = {**_describe_move(before, label.variant, source=label.source), "reason": label.reason}
    details |= {"forced": True} if forced else {}
    await log.note(
        tx, actor=label.by, action="label.move", target=f"{label.app}/{label.name}", details=details
    )


def _find_variant(change: LabelChange) -> Variant | None:
    return None if change.before is None else change.before.variant


def _describe_move(before: Variant | None, after: Variant, *, source: str) -> dict[str, Any]:
    return {"before": None if before is None else before.id, "after": after.id, "source": source}
