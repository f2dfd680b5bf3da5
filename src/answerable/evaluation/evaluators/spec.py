"""One entry of `evaluators:` as a value, before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EvaluatorSpec:
    """A kind of evaluator and what it is told, in JSON; only what differs from the defaults."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_entry(self) -> Any:
        """Return the entry that `read_specs` reads this from: `exact`, or `{contains: {ignore_case: true}}`."""
        return {self.kind: dict(self.options)} if self.options else self.kind
