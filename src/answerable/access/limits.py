"""A request limit per key: the generic cell rate algorithm (GCRA, ITU-T I.371), one number a key.

It is kept in the process: with several servers behind one address each grants its own share.
"""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import RateLimited

_MAX_KEYS = 10_000


class RateLimiter:
    """Lets each key through `per_minute` times a minute, evenly, with a burst of a sixth of that.

    `setting` is what raises the limit, `who` has sent too much; both for the error.
    """

    def __init__(
        self,
        *,
        per_minute: int,
        clock: Clock,
        who: str = "This key",
        setting: str = "server.requests_per_minute",
    ) -> None:
        self._interval = 60.0 / per_minute if per_minute else 0.0
        self._tolerance = self._interval * max(per_minute // 6, 1)
        self._clock = clock
        self._who = who
        self._setting = setting
        self._next: OrderedDict[UUID, float] = OrderedDict()

    def take(self, key_id: UUID) -> None:
        """Count one request. Raises RateLimited with the seconds after which the next one passes."""
        if not self._interval:
            return
        now = self._clock.monotonic()
        due = max(self._next.get(key_id, now), now)
        if due - now > self._tolerance:
            raise RateLimited(
                f"{self._who} has sent too many requests.",
                retry_after=due - now - self._tolerance,
                hint=f"Wait as `Retry-After` says, or raise {self._setting}.",
            )
        self._next[key_id] = due + self._interval
        self._next.move_to_end(key_id)
        if len(self._next) > _MAX_KEYS:
            self._next.popitem(last=False)
