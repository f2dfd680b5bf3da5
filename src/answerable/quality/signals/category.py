"""The category."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="category",
    source="user",
    holds="a word",
    definition="The user, or the page that shows the answer, says what kind of feedback it is.",
)
