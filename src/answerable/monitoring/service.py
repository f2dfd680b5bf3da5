"""Monitoring reads what the roll-ups say of a range; it never scans traces."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from answerable.apps.service import AppService
from answerable.apps.types import LabelEvent, Variant
from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput
from answerable.db.database import Database
from answerable.monitoring.marks import store as mark_store
from answerable.monitoring.marks.types import Mark
from answerable.monitoring.series import store
from answerable.monitoring.series.assembly import Rows, build_buckets, build_total, build_variants
from answerable.monitoring.series.grid import Kept, choose_grid, to_utc
from answerable.monitoring.series.types import EVERYTHING, Series, SeriesFilter

_MOST_MARKS: Final = 200
_MAX_TEXT: Final = 200
_USUAL_LENGTH: Final = timedelta(hours=1)


class MonitorService:
    """How the apps are doing over time. `kept` is how long the finer roll-ups are there."""

    def __init__(self, database: Database, apps: AppService, *, kept: Kept, clock: Clock) -> None:
        self._database = database
        self._apps = apps
        self._kept = kept
        self._clock = clock

    async def get_series(
        self,
        filter: SeriesFilter = EVERYTHING,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        zone: str = "UTC",
    ) -> Series:
        """Return the buckets of a range of up to two years, of the last hour unless one is given.

        What was answered within the last second may not be in it yet. Raises InvalidInput and Unavailable.
        """
        now = self._clock.now()
        until = to_utc(until or now)
        since = since or until - _USUAL_LENGTH
        grid = choose_grid(since, until, zone=zone, now=now, kept=self._kept)
        scope = store.Scope(grid, filter)
        async with self._database.snapshot({"jit": "off"}) as tx:
            rows = Rows(
                counts=await store.read_counts(tx, scope),
                errors=await store.read_errors(tx, scope),
                latencies=await store.read_latencies(tx, scope),
                thumbs=await store.read_thumbs(tx, scope),
                spend=await store.read_spend(tx, scope),
            )
        buckets = build_buckets(grid, rows)
        return Series(
            since=since,
            until=until,
            zone=grid.zone,
            step=grid.step,
            buckets=buckets,
            total=build_total(rows, buckets),
            variants=build_variants(rows),
            spend=rows.spend,
            marks=await self.list_marks(since=grid.edges[0], until=grid.edges[-1], app=filter.app),
        )

    async def list_marks(
        self, *, since: datetime, until: datetime, app: str | None = None
    ) -> tuple[Mark, ...]:
        """Return what happened in a range, oldest first; the newest 200 where there was more. Raises Unavailable."""
        app = store.clean(app)
        moves = await self._apps.list_moves(since=since, until=until, app=app, limit=_MOST_MARKS)
        async with self._database.transaction() as tx:
            noted = await mark_store.list_between(tx, since, until, app=app, limit=_MOST_MARKS)
        registered = [
            _mark_variant(variant, at)
            for one in self._apps.list_apps()
            if app is None or one.name == app
            for variant in one.variants
            if (at := variant.registered_at) is not None and since <= at < until
        ]
        found = sorted([*map(_mark_move, moves), *noted, *registered], key=lambda mark: mark.at)
        return tuple(found[-_MOST_MARKS:])

    async def note_deployment(self, text: str, *, by: str, app: str | None = None) -> Mark:
        """Put a mark of now on the charts. Raises InvalidInput, NotFound (the app) and Unavailable."""
        if app is not None:
            self._apps.get_app(app)
        text = text.strip()
        if not 1 <= len(text) <= _MAX_TEXT or not text.isprintable():
            raise InvalidInput(f"The text of a mark has 1 to {_MAX_TEXT} printable characters.")
        mark = Mark(self._clock.now(), "deploy", text, app=app, by=by)
        async with self._database.transaction() as tx:
            await mark_store.insert(tx, mark)
        return mark

    async def note_start(self, version: str) -> None:
        """Put a mark on the charts when a server is the first of its version. Raises Unavailable."""
        mark = Mark(self._clock.now(), "server", f"Answerable {version}")
        async with self._database.transaction() as tx:
            await mark_store.lock(tx)
            newest = await mark_store.find_newest(tx, kind="server")
            if newest is None or newest.text != mark.text:
                await mark_store.insert(tx, mark)


def _mark_move(event: LabelEvent) -> Mark:
    before = "" if event.before is None else f" from {event.before}"
    reason = f": {event.reason}" if event.reason else ""
    return Mark(
        at=event.at,
        kind="label",
        text=f"{event.label}{before} to {event.after}{reason}",
        app=event.app,
        variant=event.after,
        by=event.by,
    )


def _mark_variant(variant: Variant, at: datetime) -> Mark:
    return Mark(at=at, kind="variant", text=f"{variant.id} registered", app=variant.app, variant=variant.id)
