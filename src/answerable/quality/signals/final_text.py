"""The text that was used in the end."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="final_text",
    source="user",
    holds="the text",
    definition="What the user made of the answer, such as the mail that was sent.",
)
