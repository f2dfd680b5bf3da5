"""Alerts: evaluated by one process at a time, told by any, and remembered in the database by all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput, NotFound, Unavailable
from answerable.core.ids import new_id
from answerable.core.tasks import pass_cancellation_on, stop
from answerable.db.changes import ChangeLog
from answerable.db.database import Connection, Database
from answerable.monitoring.alerts import store
from answerable.monitoring.alerts.delivering import Courier
from answerable.monitoring.alerts.judging import advance, find_news, is_silent
from answerable.monitoring.alerts.measures import Measure, find_measure
from answerable.monitoring.alerts.periods import choose_baseline, choose_period
from answerable.monitoring.alerts.types import Alert, AlertStatus, Delivery, Notice, Reading, Standing
from answerable.monitoring.alerts.wording import write_notice
from answerable.monitoring.series.grid import floor_time

_log = logging.getLogger(__name__)

_EVERY: Final = timedelta(seconds=15)
_DUE_EVERY: Final = 1.0
"""Seconds between two looks for notices to deliver."""
_KEPT: Final = timedelta(days=30)
_LONGEST_SILENCE: Final = timedelta(days=366)


class AlertService:
    """The alerts of this workspace. `run` evaluates and delivers until it is cancelled; the rest works without it.

    `count_lost` says how many traces this process has dropped since its start. `topics` are the names under which
    others announce what is no alert of the settings; they can be silenced as alerts can.
    """

    def __init__(
        self,
        database: Database,
        alerts: Sequence[Alert],
        courier: Courier,
        *,
        clock: Clock,
        count_lost: Callable[[], int],
        audit: ChangeLog,
        topics: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._alerts = {alert.name: alert for alert in alerts}
        self._courier = courier
        self._clock = clock
        self._count_lost = count_lost
        self._audit = audit
        self._topics = tuple(topics)
        self._lost = 0
        self._server = new_id()

    async def list_alerts(self) -> list[AlertStatus]:
        """Return every alert of the settings and how it stands. Raises Unavailable."""
        async with self._database.transaction() as tx:
            standings = await store.read_standings(tx)
        now = self._clock.now()
        return [
            AlertStatus(alert, standings.get(name), is_silent(alert, standings.get(name), now=now))
            for name, alert in self._alerts.items()
        ]

    async def list_deliveries(self, *, limit: int = 50) -> list[Delivery]:
        """Return the newest notices, and what became of them. Raises Unavailable."""
        async with self._database.transaction() as tx:
            return await store.list_deliveries(tx, limit=limit)

    async def list_silences(self) -> dict[str, datetime]:
        """Return the topics that nobody hears of now, each with until when. Raises Unavailable."""
        async with self._database.transaction() as tx:
            found = await store.read_silences(tx, self._topics)
        return {topic: until for topic, until in found.items() if until > self._clock.now()}

    async def silence(self, name: str, length: timedelta, *, by: str) -> datetime | None:
        """Tell nobody of an alert, or a topic, for so long; a length of 0 ends the silence. Return until when.

        Raises NotFound, InvalidInput (over a year) and Unavailable.
        """
        if name not in self._topics:
            self._get(name)
        if not timedelta(0) <= length <= _LONGEST_SILENCE:
            raise InvalidInput(
                "A silence is at most a year long.", hint="Take the alert out of the settings."
            )
        now = self._clock.now()
        until = now + length if length else None
        async with self._database.transaction() as tx:
            await store.write_silence(tx, name, until=until, by=by, now=now)
            details = {"until": None if until is None else until.isoformat()}
            await self._audit.note(tx, actor=by, action="alert.silence", target=name, details=details)
        return until

    async def test(self, name: str) -> dict[str, str | None]:
        """Send a test notice of an alert, and return by channel why it was not taken. Raises NotFound."""
        alert, now = self._get(name), self._clock.now()
        notice = write_notice(alert, _begin(now), "test", at=now)
        outcomes = await asyncio.gather(*(self._courier.send(channel, notice) for channel in alert.channels))
        return dict(zip(alert.channels, outcomes, strict=True))

    async def is_silent(self, tx: Connection, topic: str) -> bool:
        """Tell whether nobody is to hear of a topic now. What still holds afterwards is the announcer's to tell."""
        until = (await store.read_silences(tx, (topic,))).get(topic)
        return until is not None and until > self._clock.now()

    async def announce(self, tx: Connection, notice: Notice, channels: Sequence[str]) -> None:
        """Leave a notice that is no alert's of the settings, to be delivered when the transaction is committed."""
        await store.insert_notices(tx, notice, channels)

    async def evaluate(self) -> None:
        """Look at every alert that was not looked at lately, unless another process does. Raises Unavailable."""
        now, lost = self._clock.now(), self._count_lost()
        async with self._database.transaction() as tx:
            await self._note_lost(tx, lost, now)
            if await store.try_lock(tx):
                await self._evaluate_all(tx, now)
        self._lost = lost

    async def deliver(self) -> int:
        """Start delivering what is due, and return how many notices that are. Raises Unavailable."""
        return await self._courier.start_due()

    async def run(self) -> None:
        """Evaluate and deliver until cancelled. Outlives a lost database, and an alert that cannot be evaluated."""
        loops = [
            asyncio.create_task(_repeat(self.evaluate, _EVERY.total_seconds()), name="alert evaluation"),
            asyncio.create_task(_repeat(self.deliver, _DUE_EVERY), name="alert delivery"),
        ]
        try:
            await asyncio.gather(*loops)
        finally:
            for loop in loops:
                await stop(loop)
            await self._courier.stop()

    async def _evaluate_all(self, tx: Connection, now: datetime) -> None:
        standings = await store.read_standings(tx)
        for name, alert in self._alerts.items():
            standing = standings.get(name)
            if standing is None or now - standing.evaluated_at >= _EVERY / 2:
                await self._evaluate(tx, alert, standing or _begin(now), now)
        await store.delete_old(tx, before=now - _KEPT)

    async def _evaluate(self, tx: Connection, alert: Alert, standing: Standing, now: datetime) -> None:
        reading = await _read(tx, alert, now)
        baseline = await _read_last_week(tx, alert, now) if alert.against == "last_week" else None
        standing = advance(alert, standing, reading, baseline=baseline, now=now)
        news = find_news(alert, standing, now=now)
        if news is not None:
            await store.insert_notices(tx, write_notice(alert, standing, news, at=now), alert.channels)
            standing = replace(standing, told=news)
        await store.write_standing(tx, alert.name, standing)

    async def _note_lost(self, tx: Connection, lost: int, now: datetime) -> None:
        """Leave word of the traces that were dropped since the last time, where there are any."""
        if lost > self._lost:
            bucket = floor_time(now, "minute")
            await store.add_lost_traces(tx, bucket=bucket, server=self._server, count=lost - self._lost)

    def _get(self, name: str) -> Alert:
        alert = self._alerts.get(name)
        if alert is None:
            known = (
                ", ".join([*self._alerts, *(f"{topic} (to be silenced)" for topic in self._topics)]) or "none"
            )
            raise NotFound(
                f"There is no alert {name!r}.", hint=f"The settings have: {known}.", code="unknown_alert"
            )
        return alert


async def _repeat(step: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Do a step again and again. Whatever is wrong with it is logged: a server must not end for an alert."""
    while True:
        try:
            await step()
        except Unavailable as error:
            pass_cancellation_on()
            _log.warning("Alerts wait for the database: %s", error.detail)
        except Exception:
            _log.exception("Alerts met an error that they did not foresee.")
        await asyncio.sleep(seconds)


async def _read(tx: Connection, alert: Alert, now: datetime) -> Reading:
    return await _find_measure(alert).read(tx, choose_period(alert.window, now), alert.filter)


async def _read_last_week(tx: Connection, alert: Alert, now: datetime) -> Reading:
    """Return the measure of the same hour last week; a sum is scaled to the length of the window."""
    measure = _find_measure(alert)
    period, part = choose_baseline(alert.window, now)
    reading = await measure.read(tx, period, alert.filter)
    return replace(reading, value=reading.value * part) if measure.grows and reading.value else reading


def _find_measure(alert: Alert) -> Measure:
    measure = find_measure(alert.measure)
    assert measure is not None, "the rules refuse other names"
    return measure


def _begin(now: datetime) -> Standing:
    return Standing("ok", since=now, evaluated_at=now)
