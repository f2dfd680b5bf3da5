"""The chain of the audit log: the hash is what the guide says, and any change shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from answerable.access.audit.chain import START, compute_hash, describe, find_fault
from answerable.access.audit.types import Anchor, AuditEntry, parse_anchor
from answerable.core.errors import InvalidInput

AT = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "number": 1,
    "at": AT,
    "actor": "änn",
    "action": "key.create",
    "target": "shop",
    "details": {"role": "app", "limit": 1.5},
}
ENTRY = AuditEntry(**VALUES, previous=START, hash=compute_hash(START, describe(**VALUES)))


def test_the_hash_is_what_the_guide_says() -> None:
    text = (
        '{"action":"key.create","actor":"\\u00e4nn","at":"2026-11-21T12:00:00.000005+00:00",'
        '"details":{"limit":1.5,"role":"app"},"number":1,"target":"shop"}'
    )
    assert ENTRY.hash == hashlib.sha256(bytes(32) + text.encode()).digest()


def test_the_time_zone_of_who_reads_does_not_matter() -> None:
    elsewhere = replace(ENTRY, at=AT.astimezone(timezone(timedelta(hours=-7))))
    assert find_fault(elsewhere, number=1, previous=START) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "bob"},
        {"action": "key.revoke"},
        {"target": "other"},
        {"details": {}},
        {"at": AT + timedelta(microseconds=1)},
        {"hash": bytes(32)},
        {"previous": b"\x01" * 32},
        {"number": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_shows(change: dict[str, Any]) -> None:
    assert find_fault(replace(ENTRY, **change), number=1, previous=START)


def test_numbers_are_hashed_as_they_come_back_from_json() -> None:
    details = {"small": 1e-7, "large": 1e22, "whole": 10**18, "none": None}
    assert compute_hash(START, {"details": details}) == compute_hash(
        START, {"details": json.loads(json.dumps(details))}
    )


def test_an_anchor_reads_what_it_writes() -> None:
    anchor = Anchor(7, ENTRY.hash)
    assert parse_anchor(f" {anchor}\n") == anchor


@pytest.mark.parametrize(
    "text", ["", "7", "7:", "7:xyz", f"-1:{'0' * 64}", f"7:{'0' * 63}", f"٧:{'0' * 64}", f"0:{'1' * 64}"]
)
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_anchor(text)
