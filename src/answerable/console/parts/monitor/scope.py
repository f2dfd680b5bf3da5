"""Which runs and which range the page shows, as its address has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from answerable.core.errors import InvalidInput
from answerable.monitoring.series.types import SeriesFilter

PATH: Final = "/monitor"
PERIODS: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "365d": timedelta(days=365),
}
PERIOD_TITLES: Final[Mapping[str, str]] = {
    "1h": "1 h",
    "6h": "6 h",
    "24h": "24 h",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "365d": "1 year",
}
DEFAULT_PERIOD: Final = "24h"
_OFTEN: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Scope:
    """`period` ends now; with `since` and `until`, in the reader's clock time, the range is that one instead."""

    app: str = ""
    variant: str = ""
    period: str = DEFAULT_PERIOD
    since: str = ""
    until: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the range moves on with the time."""
        return not (self.since and self.until)

    @property
    def pause(self) -> float:
        """Return after how many seconds new figures can be seen."""
        return 3.0 if PERIODS[self.period] <= _OFTEN else 20.0

    def to_filter(self) -> SeriesFilter:
        return SeriesFilter(app=self.app or None, variant=self.variant or None)

    def get_range(self, now: datetime, zone: str) -> tuple[datetime, datetime]:
        """Return the moments that the range begins and ends at. Raises InvalidInput."""
        if self.is_live:
            return now - PERIODS[self.period], now
        return _read_moment(self.since, zone), _read_moment(self.until, zone)

    def to_address(self, **changes: str) -> str:
        """Return the page's address with these changes; another app forgets the variant."""
        if "app" in changes:
            changes.setdefault("variant", "")
        if "period" in changes:
            changes |= {"since": "", "until": ""}
        scope = replace(self, **changes)
        values = {
            "app": scope.app,
            "variant": scope.variant,
            "period": scope.period if scope.is_live and scope.period != DEFAULT_PERIOD else "",
            "since": scope.since,
            "until": scope.until,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{PATH}?{query}" if query else PATH


def read_scope(params: Mapping[str, str]) -> Scope:
    """Return what an address asks for; a period that there is not is the usual one."""
    period = params.get("period", "")
    return Scope(
        app=params.get("app", ""),
        variant=params.get("variant", ""),
        period=period if period in PERIODS else DEFAULT_PERIOD,
        since=params.get("since", ""),
        until=params.get("until", ""),
    )


def _read_moment(text: str, zone: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no date and time.", hint="Write it as 2026-03-29T14:00.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
