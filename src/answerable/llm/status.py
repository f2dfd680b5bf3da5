"""How the models of this process are doing, since it started."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from answerable.core.clock import Clock
from answerable.llm.routing.breaker import BreakerState
from answerable.llm.types import Usage

_KEPT = 256
"""Durations that percentiles are taken over."""
_MOST_SERVED = 64
"""Names and fingerprints that are remembered of a model, those that were heard last."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """In milliseconds, over the last successful tries; None before the first one."""

    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Served:
    """What a provider says has answered: its name of the model, and a fingerprint of how it was run; empty where it
    says nothing. `answers` counts those."""

    model: str
    fingerprint: str
    answers: int


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What a model has done. A try that was cancelled or lost against a hedge is counted, but is no error.

    `first_token` is of streamed tries alone. `spend_usd` is the cost of the tries whose price is known;
    `unpriced` is how many answers have none, so the true sum is higher when it is not 0. `error_rate` is the
    share among the last tries (at most 50), None before the first.
    """

    name: str
    requests: int
    in_flight: int
    errors: Mapping[str, int]
    error_rate: float | None
    first_token: Percentiles
    total: Percentiles
    input_tokens: int
    output_tokens: int
    spend_usd: Decimal
    unpriced: int
    breaker: BreakerState
    rests_for: float
    last_error: str | None = None
    last_error_at: datetime | None = None
    served: tuple[Served, ...] = ()


class ModelRecord:
    """The counts of one model while they grow."""

    def __init__(self, clock: Clock) -> None:
        self.in_flight = 0
        self.requests = 0
        self.errors: Counter[str] = Counter()
        self.last_error: str | None = None
        self.last_error_at: datetime | None = None
        self.input_tokens = 0
        self.output_tokens = 0
        self.spend_usd = Decimal(0)
        self.unpriced = 0
        self._clock = clock
        self._served: dict[tuple[str, str], Served] = {}
        self._first_token: deque[float] = deque(maxlen=_KEPT)
        self._whole: deque[float] = deque(maxlen=_KEPT)
        self._total: deque[float] = deque(maxlen=_KEPT)

    def note_success(self, *, first_token: float, total: float, streamed: bool) -> None:
        """Note the durations of a complete answer, in seconds."""
        (self._first_token if streamed else self._whole).append(first_token)
        self._total.append(total)

    def note_usage(self, usage: Usage, cost: Decimal | None) -> None:
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        if cost is None:
            self.unpriced += 1
        else:
            self.spend_usd += cost

    def note_served(self, model: str | None, fingerprint: str | None) -> None:
        """Note what the provider says has answered."""
        key = (model or "", fingerprint or "")
        known = self._served.pop(key, Served(*key, answers=0))
        self._served[key] = replace(known, answers=known.answers + 1)
        if len(self._served) > _MOST_SERVED:
            del self._served[next(iter(self._served))]

    def note_error(self, code: str, detail: str) -> None:
        self.errors[code] += 1
        self.last_error, self.last_error_at = detail, self._clock.now()

    def find_usual_wait(self, *, streamed: bool, least: int) -> float | None:
        """Return the seconds within which 95 in 100 answers began, None while there were fewer than `least`.

        An answer in one piece begins when it is complete, so the two ways to ask are told apart.
        """
        waits = self._first_token if streamed else self._whole
        return _percentile(sorted(waits), 0.95) if len(waits) >= least else None

    def describe(
        self,
        name: str,
        *,
        breaker: BreakerState = "closed",
        rests_for: float = 0.0,
        error_rate: float | None = None,
    ) -> ModelStatus:
        """Return the counts as they are now."""
        return ModelStatus(
            name=name,
            requests=self.requests,
            in_flight=self.in_flight,
            errors=dict(self.errors),
            error_rate=error_rate,
            first_token=_describe(self._first_token),
            total=_describe(self._total),
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            spend_usd=self.spend_usd,
            unpriced=self.unpriced,
            breaker=breaker,
            rests_for=round(rests_for, 1),
            last_error=self.last_error,
            last_error_at=self.last_error_at,
            served=tuple(self._served.values()),
        )


def _describe(seconds: Iterable[float]) -> Percentiles:
    ordered = sorted(seconds)
    if not ordered:
        return Percentiles(None, None)
    return Percentiles(*(round(_percentile(ordered, share) * 1000, 2) for share in (0.5, 0.95)))


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest rank: the least value that `share` of all do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
