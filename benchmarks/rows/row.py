"""A row of the table of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Result = dict[str, Any]
"""A file of `benchmarks/results`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: which result it is from, what was measured, the aim, how to show it, and whether it is met."""

    result: str
    what: str
    aim: str
    show: Callable[[Result], str]
    met: Callable[[Result], bool]
