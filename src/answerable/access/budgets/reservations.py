"""One request's hold on its budgets, from its start to what it really used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Self

from answerable.access.budgets.counters import Counter, Flight
from answerable.access.budgets.types import Spend

OnSettled = Callable[[Sequence[Counter], Flight, Spend], None]


class Reservation:
    """Settle it with what was used, once. Left without, it gives the hold back and counts nothing."""

    def __init__(self, counters: Sequence[Counter], flight: Flight, on_settled: OnSettled) -> None:
        self._counters = counters
        self._flight = flight
        self._on_settled = on_settled
        self._open = True

    def settle(self, *, requests: int = 1, tokens: int = 0, usd: Decimal | None = Decimal(0)) -> None:
        """Count what the request used; `usd` None says that its price is unknown. A second time does nothing."""
        unpriced = requests if usd is None else 0
        self._close(Spend(requests, tokens, Decimal(0) if usd is None else usd, unpriced))

    def release(self) -> None:
        """Count nothing: the request came to nothing before it cost anything."""
        self._close(Spend())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _close(self, spent: Spend) -> None:
        if not self._open:
            return
        self._open = False
        for counter in self._counters:
            counter.close(self._flight, spent)
        if spent:
            self._on_settled(self._counters, self._flight, spent)
