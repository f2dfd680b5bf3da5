"""Keeps what was asked for as long as something may follow from it, and hands it out once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from answerable.db.database import Connection, Database
from answerable.feedback.asked import store
from answerable.feedback.asked.types import AskedRun, Exchange

_LEASE_SECONDS: Final = 60.0
_NEIGHBOURS: Final = 5
"""Runs before and after one that are compared with it."""
_KEPT_MINUTES: Final = 60
"""How long a run waits for one that was asked before it and is written later."""


class AskedRunService:
    """The runs wait in a table, so that a server that is killed loses none, and several servers share the work."""

    def __init__(self, database: Database, *, window: timedelta) -> None:
        self._database = database
        self._window = window

    async def enqueue(self, tx: Connection, runs: Sequence[tuple[str, str]]) -> None:
        """Let signals be derived from runs (trace and span ids), in the transaction that writes their traces."""
        if runs:
            await store.enqueue(tx, runs)

    async def lease(self, *, limit: int) -> list[tuple[str, str]]:
        """Return runs to derive signals from; those that are not finished come again in a minute."""
        async with self._database.transaction() as tx:
            return await store.lease(tx, limit=limit, seconds=_LEASE_SECONDS)

    async def keep(self, runs: Sequence[AskedRun]) -> None:
        """Keep what was asked, for the runs that come after."""
        async with self._database.transaction() as tx:
            await store.insert(tx, runs)

    async def list_exchanges(self, runs: Sequence[AskedRun]) -> list[Exchange]:
        """Return each of these runs with each one that the same asker asked shortly before it or after it, once."""
        places = [(run.trace_id, run.span_id) for run in runs if run.asker]
        if not places:
            return []
        async with self._database.transaction() as tx:
            near = await store.list_near(tx, places, within=self._window, limit=_NEIGHBOURS)
        found = [exchange for place in places for exchange in _pair_up(place, near[place])]
        return list(dict.fromkeys(found))

    async def finish(self, tx: Connection, runs: Sequence[tuple[str, str]]) -> None:
        """Hand these runs out no more."""
        await store.finish(tx, runs)

    async def clean(self) -> None:
        """Delete what nothing follows from any more."""
        async with self._database.transaction() as tx:
            await store.delete_older(tx, minutes=_KEPT_MINUTES)


def _pair_up(place: tuple[str, str], near: Sequence[AskedRun]) -> list[Exchange]:
    """Return the run of that place with each one before and after it."""
    at = next(at for at, run in enumerate(near) if (run.trace_id, run.span_id) == place)
    before = [(near[other], near[at], near[other + 1 : at]) for other in range(at)]
    after = [(near[at], near[other], near[at + 1 : other]) for other in range(at + 1, len(near))]
    return [_to_exchange(earlier, later, between) for earlier, later, between in before + after]


def _to_exchange(earlier: AskedRun, later: AskedRun, between: Sequence[AskedRun]) -> Exchange:
    conversation = later.conversation_id
    same = bool(conversation) and earlier.conversation_id == conversation
    return Exchange(
        earlier=earlier,
        later=later,
        same_conversation=same,
        adjacent=same and all(run.conversation_id != conversation for run in between),
    )
