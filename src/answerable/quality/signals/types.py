"""What a signal is, and what is derived from runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from answerable.feedback.asked.types import Exchange
from answerable.feedback.types import Source


@dataclass(frozen=True, slots=True)
class Signal:
    """A kind of score: its name, who gives it, what its value or text holds, and when there is one."""

    name: str
    source: Source
    holds: str
    definition: str


class ExchangeSignal(Protocol):
    """Tells from what a user asked next what became of the answer before."""

    signal: Signal

    async def applies(self, exchange: Exchange) -> bool:
        """Whether the earlier run of the exchange gets the signal."""
        ...
