"""One model of one provider, with all that this process knows about it."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.llm.routing.breaker import Breaker
from answerable.llm.routing.limits import ConcurrencyLimit
from answerable.llm.routing.types import Explain, SingleModel
from answerable.llm.status import ModelRecord


@dataclass(frozen=True, slots=True)
class Deployment:
    """The limit is shared by the provider's models."""

    model: SingleModel
    explain: Explain
    limit: ConcurrencyLimit
    breaker: Breaker
    record: ModelRecord

    @property
    def name(self) -> str:
        return self.model.name
