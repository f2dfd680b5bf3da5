"""Identifiers. Ids of records sort by the time they were made (UUID version 7, RFC 9562)."""

from __future__ import annotations

import os
import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def new_trace_id() -> str:
    """Return a trace id as W3C Trace Context writes it: 32 lower-case hexadecimal digits."""
    return secrets.token_hex(16)
