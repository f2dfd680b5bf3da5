"""The rating."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="rating",
    source="user",
    holds="1 to 5",
    definition="The user rates the answer, 5 being the best.",
)
