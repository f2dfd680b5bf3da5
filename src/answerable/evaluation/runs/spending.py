"""What a run has paid, and whether its cap has room for one more output."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal


class CapReached(Exception):  # noqa: N818 - ends a run in good order, and is no error of anybody's
    """Nothing more may be bought; the text says why."""


class Spending:
    """What outputs and judges cost so far, with what earlier parts of the run paid. `cap` None: no bound.

    An item under way is expected to cost what those that cost something did on average. An item for which there is no
    room waits until others have told what they cost; so the cap is passed by the surprise of the last ones at most.
    """

    def __init__(
        self,
        cap: Decimal | None,
        *,
        outputs: Decimal = Decimal(0),
        judges: Decimal = Decimal(0),
        unpriced: int = 0,
    ) -> None:
        self.outputs = outputs
        self.judges = judges
        self.unpriced = unpriced
        self._cap = cap
        self._items = 0
        self._spent_before = outputs + judges
        self._under_way = 0
        self._told = asyncio.Condition()

    @property
    def total(self) -> Decimal:
        return self.outputs + self.judges

    def add_output(self, cost_usd: Decimal | None) -> None:
        """Count an output that was paid; None: at a price that is not known."""
        if cost_usd is None:
            self.unpriced += 1
        else:
            self.outputs += cost_usd

    def add_scores(self, costs: Iterable[Decimal | None]) -> None:
        """Count what judges cost."""
        for cost in costs:
            if cost is None:
                self.unpriced += 1
            else:
                self.judges += cost

    @asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """Wait until there is room for an item, and count it as under way while the context is open.

        Raises CapReached.
        """
        if self._cap is None:
            yield
            return
        async with self._told:
            while not self._has_room(self._cap):
                await self._told.wait()
            self._under_way += 1
        before = self.total
        try:
            yield
        finally:
            async with self._told:
                self._under_way -= 1
                self._items += self.total > before
                self._told.notify_all()

    def _has_room(self, cap: Decimal) -> bool:
        if self.unpriced:
            raise CapReached(f"There is a cap of ${cap}, and what {self.unpriced} calls cost is unknown.")
        if self.total >= cap:
            raise CapReached(f"The cap of ${cap} is reached: ${self.total:.4f} are spent.")
        if not self._under_way:
            return True
        if not self._items:
            return False  # the first one tells what one costs
        usual = (self.total - self._spent_before) / self._items
        return self.total + usual * (self._under_way + 1) <= cap
