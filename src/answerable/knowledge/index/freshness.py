"""Whether an index is still as it was when it was last read: one statement answers all searches that wait.

A search may rely on an answer that was asked for after the search began: it then sees every write that had been
acknowledged by that time. While many searches wait for their embedding, the first to need an answer asks for all.
"""

from __future__ import annotations

import asyncio

from answerable.db.database import Database
from answerable.knowledge.index import reading
from answerable.knowledge.types import Index


class Freshness:
    """For one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking = asyncio.Lock()
        self._asked = 0
        self._answered = 0
        self._states: dict[int, tuple[int, str]] = {}

    def note_begin(self) -> int:
        """Return the moment at which a search begins, for `is_current`."""
        return self._asked

    async def is_current(self, index: Index, *, since: int) -> bool:
        """Say whether the index had this generation and state at some time after `since`.

        Takes a connection of its own: whoever holds one asks with it, else all of the pool might wait here for one.
        """
        if self._answered <= since:
            async with self._asking:
                if self._answered <= since:
                    await self._ask()
        return self._states.get(index.id) == (index.generation, index.state)

    async def _ask(self) -> None:
        self._asked += 1
        moment = self._asked
        async with self._database.statements() as connection:
            self._states = await reading.list_states(connection)
        self._answered = moment
