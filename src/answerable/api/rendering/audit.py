"""The audit log as JSON."""

from __future__ import annotations

from typing import Any

from answerable.access.audit.chain import describe
from answerable.access.audit.types import AuditEntry, AuditReport


def render_entry(entry: AuditEntry) -> dict[str, Any]:
    """Return the entry as it is hashed, with the hashes in hexadecimal digits."""
    described = describe(
        number=entry.number,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        target=entry.target,
        details=entry.details,
    )
    return {**described, "previous": entry.previous.hex(), "hash": entry.hash.hex()}


def render_report(report: AuditReport) -> dict[str, Any]:
    return {
        "ok": report.broken is None,
        "entries": report.entries,
        "head": str(report.head),
        "broken": report.broken,
        "problem": report.problem or None,
    }
