"""Moments as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from answerable.core.errors import InvalidInput

_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_HINT: Final = "Write an age such as 30m, 1h, 7d or 2w, or a moment such as 2026-11-21 or 2026-11-21T09:30Z."


def read_moment(text: str, *, now: datetime) -> datetime:
    """Return what `1h`, `7d`, `2026-11-21` or `2026-11-21T09:30+01:00` means; without a zone it is in UTC.

    Raises InvalidInput for anything else.
    """
    age = read_age(text)
    if age is not None:
        return now - age
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{text[:50]!r} is not a moment.", hint=_HINT, code="invalid_moment") from error


def read_age(text: str) -> timedelta | None:
    """Return the length of `90s`, `30m`, `1h`, `7d` or `2w`; None for anything else."""
    found = _AGO.fullmatch(text.strip())
    if found is None:
        return None
    age = int(found[1]) * _UNITS[found[2]]
    return age if age <= timedelta(days=36_500) else None
