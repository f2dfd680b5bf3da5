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

    An item is expected to cost as much as the dearest output and the dearest judgement of the run so far. One for which
    there is no room waits until others have told what they cost; so the cap is passed only by what is dearer than all
    before it.
    """

    def __init__(
        self,
        cap: Decimal | None,
        *,
        outputs: Decimal = Decimal(0),
        judges: Decimal = Decimal(0),
        unpriced: int = 0,
        items: int = 0,
    ) -> None:
        self.outputs = outputs
        self.judges = judges
        self.unpriced = unpriced
        self._cap = cap
        # Of an earlier part of the run only the sums are known: then what its items cost on average.
        self._dearest_output = outputs / items if items else Decimal(0)
        self._dearest_scores = judges / items if items else Decimal(0)
        self._known = self.total > 0 and items > 0
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
            self._dearest_output = max(self._dearest_output, cost_usd)

    def add_scores(self, costs: Iterable[Decimal | None]) -> None:
        """Count what judges cost."""
        every = list(costs)
        known = sum((cost for cost in every if cost is not None), Decimal(0))
        self.unpriced += every.count(None)
        self.judges += known
        self._dearest_scores = max(self._dearest_scores, known)

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
                self._known = self._known or self.total > before
                self._told.notify_all()

    def _has_room(self, cap: Decimal) -> bool:
        limit = f"${cap.normalize():f}"
        if self.unpriced:
            calls = "one call costs" if self.unpriced == 1 else f"{self.unpriced} calls cost"
            raise CapReached(
                f"There is a cap of {limit}, and what {calls} is unknown. Give the model a price, or set no cap."
            )
        usual = self._dearest_output + self._dearest_scores
        if not self._under_way:
            if self.total >= cap or self.total + usual > cap:
                raise CapReached(
                    f"The cap of {limit} has no room for more: ${self.total:.4f} are spent. Raise it to go on."
                )
            return True
        if not self._known:
            return False  # the first one tells what one costs
        return self.total + usual * (self._under_way + 1) <= cap
