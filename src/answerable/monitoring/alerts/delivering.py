"""Notices on their way: each channel by itself, so that a slow one holds nobody up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.db.database import Connection, Database
from answerable.monitoring.alerts import store
from answerable.monitoring.alerts.types import Channel, Delivery, DeliveryFailed, Notice

_log = logging.getLogger(__name__)

_LEASE: Final = timedelta(seconds=60)
"""For so long nobody else tries; every channel's deadline is well within."""
_RETRY_SECONDS: Final = 1.0
_FIRST_PAUSE: Final = timedelta(seconds=10)
_LONGEST_PAUSE: Final = timedelta(minutes=15)
_MOST_ATTEMPTS: Final = 20
"""Tries over some three hours; whoever is away for longer finds the alert in the list."""


class Courier:
    """Delivers what is due. A notice may arrive twice when a process dies between sending it and noting that."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], *, clock: Clock, deliveries: Counter
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._deliveries = deliveries
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def start_due(self) -> int:
        """Start delivering one due notice for each idle channel, and return how many. Raises Unavailable."""
        async with self._database.transaction() as tx:
            claimed = await store.claim(tx, busy=list(self._under_way), now=self._clock.now(), lease=_LEASE)
        for id, delivery in claimed.items():
            task = asyncio.create_task(self._deliver(id, delivery), name=f"alert to {delivery.channel}")
            self._under_way[delivery.channel] = task
            task.add_done_callback(partial(self._note_end, delivery.channel))
        return len(claimed)

    async def stop(self) -> None:
        """Break off what is under way; its lease runs out, and somebody tries again."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def send(self, channel: str, notice: Notice) -> str | None:
        """Send a notice at once, and return why it was not taken, None when it was."""
        try:
            await self._send(channel, notice)
        except DeliveryFailed as error:
            return error.detail
        return None

    async def _deliver(self, id: UUID, delivery: Delivery) -> None:
        try:
            await self._send(delivery.channel, delivery.notice)
        except DeliveryFailed as error:
            self._deliveries.labels(delivery.channel, "failed").inc()
            await self._note_failure(id, delivery, error)
            return
        self._deliveries.labels(delivery.channel, "delivered").inc()
        await self._note_patiently(lambda tx: store.note_delivered(tx, id, now=self._clock.now()))

    def _note_end(self, channel: str, task: asyncio.Task[None]) -> None:
        del self._under_way[channel]
        if not task.cancelled() and task.exception() is not None:
            # Its lease runs out, and it is tried again.
            _log.warning("A notice for the channel %r came to no end.", channel, exc_info=task.exception())

    async def _send(self, channel: str, notice: Notice) -> None:
        found = self._channels.get(channel)
        if found is None:
            raise DeliveryFailed(f"There is no channel {channel!r} any more.", permanent=True)
        try:
            async with asyncio.timeout(_LEASE.total_seconds() / 2):
                await found.send(notice)
        except TimeoutError as error:
            raise DeliveryFailed("It took too long.") from error

    async def _note_failure(self, id: UUID, delivery: Delivery, error: DeliveryFailed) -> None:
        last = error.permanent or delivery.attempts >= _MOST_ATTEMPTS
        now = self._clock.now()
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 10))
        _log.warning(
            "The channel %r did not take the notice of alert %r (%s); %s.",
            delivery.channel, delivery.notice.alert, error.detail,
            "it is given up" if last else f"it is tried again in {pause.total_seconds():.0f} s",
        )  # fmt: skip
        next_at = None if last else now + pause
        await self._note_patiently(
            lambda tx: store.note_failed(tx, id, error.detail, next_at=next_at, now=now)
        )

    async def _note_patiently(self, write: Callable[[Connection], Awaitable[None]]) -> None:
        """Write what became of a notice, though the database be away for a while: else it would be sent again."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    return await write(tx)
            except Unavailable:
                pass_cancellation_on()
                await asyncio.sleep(_RETRY_SECONDS)
