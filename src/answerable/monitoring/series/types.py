"""The values of the charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from answerable.monitoring.marks.types import Mark
from answerable.monitoring.spend import NOTHING, Spend

Level = Literal["minute", "hour", "day"]
"""Of the roll-ups: how much time one row stands for. Minutes and hours are UTC's, and so is the day."""


@dataclass(frozen=True, slots=True)
class SeriesFilter:
    """Whose runs are meant; None is everybody's. `variant` is a variant's id, as traces and answers name it."""

    app: str | None = None
    variant: str | None = None


EVERYTHING: Final = SeriesFilter()


@dataclass(frozen=True, slots=True)
class Counts:
    """What runs came to. Cached input tokens and reasoning tokens are contained in the input and the output.

    `supported` to `unchecked` count the sentences of answers by their verdict. `thumbs_up` and `thumbs_down` count
    feedback where its run was, not when it came. `spend` is what runs cost, `saved_usd` what cached answers would have.
    """

    requests: int = 0
    errors: int = 0
    cancelled: int = 0
    cached: int = 0
    abstained: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    supported: int = 0
    partial: int = 0
    unsupported: int = 0
    unchecked: int = 0
    thumbs_up: int = 0
    thumbs_down: int = 0
    saved_usd: Decimal = Decimal(0)
    spend: Spend = NOTHING

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)}
        )

    @property
    def sentences(self) -> int:
        """Return how many sentences have a verdict other than `unchecked`."""
        return self.supported + self.partial + self.unsupported


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in milliseconds, each within 5 % of the true one; None without a run to measure."""

    count: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a chart or a table shows of some runs. `first_token` is of streamed answers alone."""

    counts: Counts = Counts()
    errors: Mapping[str, int] = field(default_factory=dict)
    """By the error's code, the most frequent first."""
    duration: Latency = Latency()
    first_token: Latency = Latency()


@dataclass(frozen=True, slots=True)
class Bucket:
    """The runs that began from `start` on and before `end`, both as the clocks of the series' zone show them."""

    start: datetime
    end: datetime
    figures: Figures

    @property
    def seconds(self) -> float:
        """Return how long it is. (`end - start` would be an hour off on days on which the clocks change.)"""
        return self.end.timestamp() - self.start.timestamp()


@dataclass(frozen=True, slots=True)
class VariantFigures:
    app: str
    variant: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Series:
    """A range in buckets without a gap, oldest first; the first holds `since`, the last ends at or after `until`.

    `step` is the length of a bucket; a day has 23 or 25 hours where the clocks change. `zone` is the time zone that
    the buckets really have: the reader's, or UTC for ranges over 92 days. `variants` are the most asked first. `spend`
    is by purpose, also of runs that `total` and the buckets leave out since no user asked: evaluation and judges.
    """

    since: datetime
    until: datetime
    zone: str
    step: Level
    buckets: tuple[Bucket, ...]
    total: Figures
    variants: tuple[VariantFigures, ...]
    spend: Mapping[str, Spend]
    marks: tuple[Mark, ...]
