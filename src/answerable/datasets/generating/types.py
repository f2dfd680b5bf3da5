"""A question made up from a passage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from answerable.datasets.types import Evidence


@dataclass(frozen=True, slots=True)
class Drafted:
    """A question and its answer, which the passage gives. `how` names the template, or is empty."""

    question: str
    expected: str
    evidence: Evidence
    how: str = ""


WriteQuestions = Callable[[Evidence], Awaitable[Sequence[Drafted]]]
"""Makes up questions that a passage answers; none where it finds nothing worth asking."""
