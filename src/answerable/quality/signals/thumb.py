"""The thumb."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="thumb",
    source="user",
    holds="1 up, 0 down",
    definition="The user calls the answer good or bad.",
)
