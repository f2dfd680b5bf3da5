"""The values of alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from answerable.monitoring.series.types import EVERYTHING, SeriesFilter

State = Literal["ok", "pending", "firing"]
"""`pending`: the limit is passed, but not yet for as long as the alert asks for."""
Against = Literal["value", "last_week"]
Direction = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule: call somebody when a measure of the last `window` is above, or below, a limit.

    With `against` `last_week` the limit is so many times the measure of the same hour last week. It fires when the
    limit is passed for `lasts` on end, and has recovered after `recover_after` evaluations in a row on the right side
    of `recover` (which has the unit of `limit`). While the measure is over fewer than `least` things nothing changes.
    """

    name: str
    measure: str
    limit: float
    direction: Direction
    channels: tuple[str, ...]
    filter: SeriesFilter = EVERYTHING
    window: timedelta = timedelta(minutes=5)
    against: Against = "value"
    least: int = 1
    lasts: timedelta = timedelta(0)
    recover: float | None = None
    recover_after: int = 3
    silenced: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure of a period. `size` is how many requests, thumbs or scores it is over; without any, `value` is None."""

    value: float | None
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alert stands. `told` is what people heard last; `since` when it came into `state`.

    `good` counts the evaluations in a row that would let it recover. `value`, `threshold` and `size` are of the last
    evaluation. Nothing is told until `silenced_until`.
    """

    state: State
    since: datetime
    evaluated_at: datetime
    good: int = 0
    told: Literal["ok", "firing"] = "ok"
    value: float | None = None
    threshold: float | None = None
    size: int | None = None
    silenced_until: datetime | None = None
    silenced_by: str = ""


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """An alert and how it stands; None before its first evaluation."""

    alert: Alert
    standing: Standing | None
    silent: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel is told. `id` stays the same when it is tried again, so that a receiver can tell."""

    id: str
    alert: str
    state: Literal["firing", "ok", "test"]
    text: str
    at: datetime
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way, or at its end."""

    notice: Notice
    channel: str
    attempts: int
    delivered_at: datetime | None = None
    given_up_at: datetime | None = None
    error: str = ""


class DeliveryFailed(Exception):  # noqa: N818
    """A channel did not take a notice. `permanent`: trying again would change nothing."""

    def __init__(self, detail: str, *, permanent: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent


class Channel(Protocol):
    """One way to tell somebody."""

    async def send(self, notice: Notice) -> None:
        """Deliver, within a deadline of its own. Raises DeliveryFailed."""
        ...
