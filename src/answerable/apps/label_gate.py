"""Labels that move only to a variant that has passed the app's gate against the one they are on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from answerable.apps.files.types import AppFile
from answerable.apps.gate_settings import GateSpec
from answerable.apps.planning import AppChange, LabelChange
from answerable.apps.types import App, Label, Variant
from answerable.core.errors import Conflict
from answerable.db.database import Connection


class GatePasses(Protocol):
    """Knows the verdicts of gates."""

    async def find_pass(
        self, tx: Connection, *, app: str, candidate_hash: str, baseline_hash: str, gate_hash: str
    ) -> UUID | None:
        """Return a pass of just this variant against just that one, by just these rules."""
        ...


class LabelGate:
    """Tells which labels may move. Where nobody knows a verdict none is a pass."""

    def __init__(self, passes: GatePasses | None) -> None:
        self._passes = passes

    async def is_open(
        self, tx: Connection, spec: GateSpec, label: str, *, before: Label | None, after: Variant
    ) -> bool:
        """Tell whether the label may go there. One that is new goes anywhere: there is nothing to be worse than."""
        if label not in spec.labels or before is None or before.variant.hash == after.hash:
            return True
        if self._passes is None:
            return False
        found = await self._passes.find_pass(
            tx,
            app=before.app,
            candidate_hash=after.hash,
            baseline_hash=before.variant.hash,
            gate_hash=spec.hash,
        )
        return found is not None

    async def hold_back(
        self, tx: Connection, changes: Sequence[AppChange], files: Sequence[AppFile], apps: dict[str, App]
    ) -> tuple[AppChange, ...]:
        """Return the changes with the labels that may not move as `blocked`.

        A file cannot do away with the need for a pass and move the label at once: what it said before counts too.
        """
        held = []
        for change, file in zip(changes, files, strict=True):
            specs = [file.gate] + ([apps[file.name].gate] if file.name in apps else [])
            labels = [await self._hold_back(tx, label, specs) for label in change.labels]
            held.append(replace(change, labels=tuple(labels)))
        return tuple(held)

    async def _hold_back(self, tx: Connection, change: LabelChange, specs: Sequence[GateSpec]) -> LabelChange:
        spec = next((one for one in specs if change.name in one.labels), None)
        if change.action != "moved" or spec is None:
            return change
        is_open = await self.is_open(tx, spec, change.name, before=change.before, after=change.after)
        return change if is_open else replace(change, action="blocked")


def make_refusal(label: Label, target: Variant) -> Conflict:
    """Return the error for a label that needs a pass and has none."""
    return Conflict(
        f"{target.id} has not passed the gate of {label.app} against {label.variant.id}, "
        f"and {label.name!r} needs that.",
        hint=f"Run: answerable gate {label.app} --candidate {target.name} --baseline {label.name}. "
        "In an emergency move it with --force; that is audited.",
        code="gate_required",
    )
