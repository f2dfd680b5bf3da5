"""Saved views: listed, saved, deleted. All who may read traces share them."""

from __future__ import annotations

from typing import Final

from answerable.core.clock import Clock
from answerable.core.errors import Conflict, InvalidInput, NotFound
from answerable.core.texts import to_storable
from answerable.db.database import Database
from answerable.traces.reading.conditions import to_conditions
from answerable.traces.reading.queries import Query, read_query
from answerable.traces.views import store
from answerable.traces.views.types import SavedView

_LONGEST_NAME: Final = 100
_MOST: Final = 500


class ViewService:
    """Keeps named filters. What cannot be searched for is not saved."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_views(self) -> list[SavedView]:
        """Return all views by name."""
        async with self._database.transaction() as tx:
            return await store.list_views(tx)

    async def get_view(self, name: str) -> SavedView:
        """Raises NotFound."""
        async with self._database.transaction() as tx:
            found = await store.find_view(tx, to_storable(name))
        if found is None:
            raise _no_view(name)
        return found

    async def save_view(self, name: str, query: Query, *, by: str) -> SavedView:
        """Make a view, or change the one of that name. Raises InvalidInput, and Conflict when there are too many."""
        name = name.strip()
        if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
            raise InvalidInput(f"The name of a view has 1 to {_LONGEST_NAME} printable characters.")
        to_conditions(read_query(query, now=self._clock.now()))
        kept = {field: value for field, value in query.items() if value not in (None, "", [], ())}
        async with self._database.transaction() as tx:
            if await store.count_views(tx) >= _MOST and await store.find_view(tx, name) is None:
                raise Conflict(f"There are {_MOST} views, and no more are kept.", hint="Delete one first.")
            return await store.save_view(tx, name, kept, by=to_storable(by))

    async def delete_view(self, name: str) -> None:
        """Raises NotFound."""
        async with self._database.transaction() as tx:
            if not await store.delete_view(tx, to_storable(name)):
                raise _no_view(name)


def _no_view(name: str) -> NotFound:
    return NotFound(
        f"There is no view {name[:_LONGEST_NAME]!r}.", hint="`answerable traces views` lists them."
    )
