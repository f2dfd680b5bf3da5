"""The chain: an entry's hash is over the hash before it and the entry, so that nothing before an entry can change.

The text that is hashed is the entry as JSON with its keys sorted, no spaces, and ASCII alone; the guide on privacy
shows how to check an export without Answerable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from answerable.access.audit.types import AuditEntry

START: Final = bytes(32)
"""What stands for the hash before the first entry."""


def dump(value: Any) -> str:
    """Return the one way in which a value is written; what JSON does not know stands as its text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)


def describe(
    *, number: int, at: datetime, actor: str, action: str, target: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what of an entry is hashed."""
    return {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "target": target,
        "details": dict(details),
    }


def compute_hash(previous: bytes, described: Mapping[str, Any]) -> bytes:
    """Return the 32 bytes of an entry's hash."""
    return hashlib.sha256(previous + dump(described).encode("ascii")).digest()


def find_fault(entry: AuditEntry, *, number: int, previous: bytes) -> str:
    """Return what is wrong with the entry that should have this number and follow this hash; empty when nothing is."""
    if entry.number != number:
        gap = (
            f"entry {number} is missing"
            if number + 1 == entry.number
            else f"entries {number} to {entry.number - 1} are missing"
        )
        return f"{gap}: the next one there is {entry.number}"
    if entry.previous != previous:
        return "it does not follow from the entry before it"
    described = describe(
        number=entry.number,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        target=entry.target,
        details=entry.details,
    )
    if compute_hash(previous, described) != entry.hash:
        return "it was changed after it was written"
    return ""
