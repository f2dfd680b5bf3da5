"""Usage and cost, read from roll-ups; it never scans traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import Final

from answerable.access.service import AccessService
from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput
from answerable.db.database import Connection, Database
from answerable.monitoring.series.grid import Kept, check_year, choose_days, find_zone, merge
from answerable.monitoring.usage import store
from answerable.monitoring.usage.types import Amounts, Dimension, UsageFilter, UsageReport, UsageRow

_DAY: Final = timedelta(days=1)
_USUAL_LENGTH: Final = 30 * _DAY
_MOST_USERS: Final = 1000
_WITH_ACCEPTED: Final = frozenset({"app", "variant", "day"})
_NO_KEY: Final = "command line"
EVERYTHING: Final = UsageFilter()


class UsageService:
    """What was used and what it cost. `kept` is how long the finer roll-ups are there."""

    def __init__(self, database: Database, access: AccessService, *, kept: Kept, clock: Clock) -> None:
        self._database = database
        self._access = access
        self._kept = kept
        self._clock = clock

    async def get_usage(
        self,
        by: Dimension,
        filter: UsageFilter = EVERYTHING,
        *,
        since: date | None = None,
        until: date | None = None,
        zone: str = "UTC",
    ) -> UsageReport:
        """Return the usage of the days from `since` up to, not including, `until`; of the last 30 unless given.

        Days are those of the zone for up to 92 days, of UTC beyond and for users. Raises InvalidInput and Unavailable.
        """
        _check(by, filter)
        chosen_zone, now = "UTC" if by == "user" else zone, self._clock.now()
        until = until or now.astimezone(find_zone(chosen_zone)).date() + _DAY
        check_year(until)
        since = since or until - _USUAL_LENGTH
        grid = choose_days(since, until, zone=chosen_zone, now=now, kept=self._kept)
        scope = store.Scope(grid if by == "day" else merge(grid), filter)
        async with self._database.snapshot({"jit": "off"}) as tx:
            found = await _sum(tx, by, scope)
            purposes = await store.sum_purposes(tx, scope)
        titles = await self._list_key_names() if by == "key" else {}
        rows = [_to_row(place, amounts, by, scope, titles) for place, amounts in found.items()]
        return UsageReport(
            by=by,
            since=since,
            until=until,
            zone=grid.zone,
            rows=tuple(sorted(rows, key=lambda row: _rank(row, by))),
            total=reduce(_add, (row.amounts for row in rows), Amounts()),
            purposes=purposes,
        )

    async def _list_key_names(self) -> Mapping[str, str]:
        return {str(key.id): key.name for key in await self._access.list_keys()}


async def _sum(tx: Connection, by: Dimension, scope: store.Scope) -> dict[store.Place, Amounts]:
    if by == "user":
        return await store.sum_by_user(tx, scope, limit=_MOST_USERS)
    found = await store.sum_by(tx, by, scope)
    if by not in _WITH_ACCEPTED or scope.filter.model or scope.filter.collection or scope.filter.key:
        return found
    accepted = await store.count_accepted(tx, by, scope)
    return {
        place: replace(found.get(place, Amounts()), accepted=accepted.get(place, 0))
        for place in {**found, **accepted}
    }


def _check(by: Dimension, filter: UsageFilter) -> None:
    if by == "user" and (filter.variant or filter.model or filter.collection or filter.key):
        raise InvalidInput(
            "The usage of users is kept by day and app alone.", hint="Filter by app, or leave the filter out."
        )


def _to_row(
    place: store.Place, amounts: Amounts, by: Dimension, scope: store.Scope, titles: Mapping[str, str]
) -> UsageRow:
    app, name = place
    if by == "day":
        day = scope.grid.edges[int(name)].astimezone(find_zone(scope.grid.zone)).date()
        return UsageRow(day.isoformat(), day.isoformat(), amounts)
    title = titles.get(name, name or _NO_KEY) if by == "key" else name
    return UsageRow(name, title, amounts, app=app or None)


def _rank(row: UsageRow, by: Dimension) -> tuple[Decimal, int, str]:
    if by == "day":
        return Decimal(0), 0, row.name
    return -row.amounts.spend.known_usd, -row.amounts.requests, row.name


def _add(one: Amounts, other: Amounts) -> Amounts:
    values = {each.name: (getattr(one, each.name), getattr(other, each.name)) for each in fields(Amounts)}
    accepted = [count for count in values.pop("accepted") if count is not None]
    return Amounts(
        **{name: before + after for name, (before, after) in values.items()},
        accepted=sum(accepted) if accepted else None,
    )
