"""A server that spends ten tokens every few milliseconds, says so, and never stops: it is there to be killed."""

from __future__ import annotations

import asyncio
import sys

from answerable.access.budgets.service import BudgetService
from answerable.access.budgets.types import Spender
from answerable.core.clock import SystemClock
from answerable.db.database import Database


async def spend_for_ever(conninfo: str) -> None:
    database = Database(conninfo)
    await database.open()
    service = BudgetService(database, [], clock=SystemClock())
    total = 0
    async with service.opened():
        while True:
            service.reserve(Spender("ask")).settle(tokens=10)
            total += 10
            sys.stdout.write(f"{total}\n")
            sys.stdout.flush()
            await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(spend_for_ever(sys.argv[1]))
