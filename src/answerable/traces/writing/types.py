"""Values of the writing side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """How much may wait: so many traces and bytes in memory, so many bytes in the spill files of a process."""

    traces: int = 50_000
    bytes: int = 64 << 20
    spill_bytes: int = 2 << 30
