"""How many calls a provider gets at once, and how many may wait for their turn."""

from __future__ import annotations

import asyncio

from answerable.core.errors import Unavailable

_RETRY_AFTER = 1.0


class ConcurrencyLimit:
    """`most` calls at once, in the order they came; as many again may wait. A slot that is free costs no wait."""

    def __init__(self, provider: str, most: int) -> None:
        self._provider = provider
        self._most = most
        self._slots = asyncio.Semaphore(most)
        self._waiting = 0

    @property
    def waiting(self) -> int:
        return self._waiting

    def is_full(self) -> bool:
        """Say whether a call would have to wait."""
        return self._slots.locked()

    async def acquire(self, seconds: float) -> None:
        """Take a slot, waiting at most so long. Raises Unavailable when the wait is over or the queue is full."""
        if not self._slots.locked():
            await self._slots.acquire()
            return
        if self._waiting >= self._most:
            raise self._busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._slots.acquire()
        except TimeoutError as error:
            raise self._busy() from error
        finally:
            self._waiting -= 1

    def release(self) -> None:
        self._slots.release()

    def _busy(self) -> Unavailable:
        return Unavailable(
            f"The provider {self._provider!r} has {self._most} calls in flight and {self._waiting} waiting.",
            retry_after=_RETRY_AFTER,
            hint=f"Ask again in a moment, or raise `concurrency` in [providers.{self._provider}] of answerable.toml.",
            code="provider_busy",
        )
