"""The comment."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="comment",
    source="user",
    holds="the text",
    definition="The user says something about the answer, in at most 4,000 characters.",
)
