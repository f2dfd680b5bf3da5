"""An answer that nobody waited for."""

from __future__ import annotations

from typing import Final

from answerable.feedback.asked.types import AskedRun
from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="abandoned",
    source="code",
    holds="1",
    definition="The user stopped the answer, or hung up before its end: the trace's status is `cancelled`.",
)


def applies(run: AskedRun) -> bool:
    return run.status == "cancelled"
