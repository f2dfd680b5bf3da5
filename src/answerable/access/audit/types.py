"""The values of the audit log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from answerable.core.errors import InvalidInput

_DIGITS: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. `number` counts from 1 without a gap; `hash` covers the entry and `previous`, the hash before it."""

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Mapping[str, Any]
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are meant; None does not count. `action` also takes the thing alone: `key` for `key.create`."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first; `next` goes on before the last one, None at the end."""

    entries: tuple[AuditEntry, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the log as somebody noted it elsewhere: what stood there then must stand there still."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


def parse_anchor(text: str | None) -> Anchor | None:
    """Read what `str` made of an anchor. Raises InvalidInput."""
    if text is None:
        return None
    number, _, digits = text.strip().partition(":")
    empty = (
        number.strip("0") == "" and digits.strip("0") != ""
    )  # before the first entry there is only one hash
    if not number.isascii() or not number.isdigit() or not _DIGITS.fullmatch(digits) or empty:
        raise InvalidInput(
            "That is not the head of an audit log.",
            hint="Give the NUMBER:HASH that an earlier check ended with.",
        )
    return Anchor(int(number), bytes.fromhex(digits))


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What walking the chain found. `broken` is the first number at which it does not hold, with the `problem`."""

    entries: int
    head: Anchor
    broken: int | None = None
    problem: str = ""
