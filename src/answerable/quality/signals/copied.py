"""The copied answer."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="copied",
    source="user",
    holds="1",
    definition="The user copied the answer, or a part of it.",
)
