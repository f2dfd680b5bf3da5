"""An evaluator that is a function of the run alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from answerable.quality.online.types import Assessment
from answerable.traces.types import Trace


@dataclass(frozen=True, slots=True)
class CodeEvaluator:
    """`measure` returns a number, or None where there is nothing to measure; `version` counts its changes.

    `definition` is what the guide says of it.
    """

    name: str
    version: str
    definition: str
    measure: Callable[[Trace], float | None]

    @property
    def id(self) -> str:
        return self.name

    @property
    def source(self) -> Literal["code", "judge"]:
        return "code"

    async def assess(self, trace: Trace) -> Assessment | None:
        value = self.measure(trace)
        return None if value is None else Assessment(float(value), self.version)
