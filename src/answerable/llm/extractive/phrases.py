"""What the offline model says in words of its own."""

from __future__ import annotations

from typing import Final

PREFACES: Final = {
    "en": "Quoted from the sources by the offline model:",
    "de": "Vom Offline-Modell aus den Quellen zitiert:",
    "zh": "离线模型引自来源：",
}
"""The first line of every answer, by the question's language. It ends in a colon: it leads in and claims nothing."""
