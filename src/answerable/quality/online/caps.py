"""What judges may still spend today."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from answerable.core.clock import Clock
from answerable.db.database import Database
from answerable.quality.online import store
from answerable.quality.online.types import Rule

_log = logging.getLogger(__name__)


class DailyCaps:
    """Says whether a judge may be asked. The counts are in the database and hold for all servers.

    A call under way is expected to cost what those of today did on average. What other servers have under way is not
    seen, so together they may go over a cap by that much.
    """

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def counted(self, rule: Rule) -> Iterator[None]:
        """Count a call as under way while the context is open."""
        self._under_way[rule.name] += 1
        try:
            yield
        finally:
            self._under_way[rule.name] -= 1

    async def has_room(self, rule: Rule) -> bool:
        """Tell whether one more call is within the cap. Raises Unavailable."""
        if rule.usd_per_day is None:
            return True
        async with self._database.transaction() as tx:
            spent = await store.read_judged(tx, rule.name, self._clock.now().date())
        if spent.unpriced:
            _log.warning(
                "The online evaluation %r has a cap, and what its judge costs is unknown: it asks no more today.",
                rule.name,
            )
            return False
        calls = spent.scored + spent.failed
        usual = spent.usd / calls if calls else Decimal(0)
        return spent.usd + usual * self._under_way[rule.name] < rule.usd_per_day
