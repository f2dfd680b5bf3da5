"""From the settings' words to alerts, with everything that is wrong with one said at the start."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from answerable.core.errors import SetupError
from answerable.core.moments import read_age
from answerable.monitoring.alerts.measures import MEASURES, SCORE, find_measure
from answerable.monitoring.alerts.types import Against, Alert, Direction
from answerable.monitoring.series.types import SeriesFilter

_SHORTEST_WINDOW: Final = timedelta(minutes=1)
_LONGEST_WINDOW: Final = timedelta(days=31)


def make_alert(
    *,
    name: str,
    measure: str,
    above: float | None,
    below: float | None,
    channels: Sequence[str],
    app: str | None,
    variant: str | None,
    window: str,
    against: Against,
    min_requests: int,
    lasts: str,
    recover: float | None,
    recover_after: int,
    silenced: bool,
) -> Alert:
    """Return the alert that an entry of the settings describes. Raises SetupError."""
    if find_measure(measure) is None:
        raise _wrong(
            name, f"{measure!r} is no measure", f"Measures are {', '.join(MEASURES)} and {SCORE}NAME."
        )
    limit, direction = _choose_limit(name, above=above, below=below, recover=recover)
    length = _read_length(name, "window", window)
    if not _SHORTEST_WINDOW <= length <= _LONGEST_WINDOW:
        raise _wrong(name, f"its window is {window}", "A window is 1m to 31d long.")
    return Alert(
        name=name,
        measure=measure,
        limit=limit,
        direction=direction,
        channels=tuple(channels),
        filter=SeriesFilter(app=app, variant=variant),
        window=length,
        against=against,
        least=min_requests,
        lasts=_read_length(name, "for", lasts),
        recover=recover,
        recover_after=recover_after,
        silenced=silenced,
    )


def check_alerts(alerts: Sequence[Alert], channels: Collection[str]) -> None:
    """Raise SetupError when two alerts have one name, or one has a channel that there is not."""
    names = [alert.name for alert in alerts]
    for alert in alerts:
        if names.count(alert.name) > 1:
            raise _wrong(alert.name, "there are several of that name", "Give each its own.")
        for channel in alert.channels:
            if channel not in channels:
                known = ", ".join(sorted(channels)) or "none yet"
                raise _wrong(
                    alert.name,
                    f"there is no channel {channel!r}",
                    f"Add [channels.{channel}]; there are: {known}.",
                )


def _choose_limit(
    name: str, *, above: float | None, below: float | None, recover: float | None
) -> tuple[float, Direction]:
    """Return the one limit that is given, and on which side of it the alert fires."""
    limits: list[tuple[float | None, Direction]] = [(above, "above"), (below, "below")]
    given = [(limit, direction) for limit, direction in limits if limit is not None]
    if len(given) != 1:
        raise _wrong(name, "it needs one limit", "Give either `above` or `below`.")
    ((limit, direction),) = given
    if recover is not None and (recover > limit if direction == "above" else recover < limit):
        raise _wrong(
            name,
            f"it could recover at {recover:g} while it still fires",
            f"`recover` is on the other side of `{direction}` = {limit:g}, or just there.",
        )
    return limit, direction


def _read_length(name: str, entry: str, text: str) -> timedelta:
    length = read_age(text)
    if length is None:
        raise _wrong(name, f"`{entry}` is {text!r}", "Write a length of time such as 90s, 5m, 2h or 7d.")
    return length


def _wrong(name: str, what: str, hint: str) -> SetupError:
    return SetupError(f"The alert {name!r} is not valid: {what}.", hint=hint)
