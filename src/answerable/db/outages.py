"""What the log says while the database is away: a line when that begins and one when it is over.

The driver says it once for each attempt of each pool, and the queue with a traceback, dozens of times in a minute.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout

LOST: Final = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed)
"""What the driver raises where there is no connection, or no more."""

_POOLS: Final = "psycopg.pool"
_QUEUE: Final = "procrastinate.utils"
_FAILED: Final = "error connecting in"
_GIVEN_UP: Final = "reconnection attempt in pool"

_log = logging.getLogger(__name__)


class Outage:
    """Whether the database is away, as all pools of this process find it. A logging filter; safe in any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: float | None = None

    def watch(self) -> None:
        """Take over what the driver and the queue say of lost connections. Twice is once."""
        for name in (_POOLS, _QUEUE):
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is to be written: not for an attempt that failed, of which the first begins it."""
        said = str(record.msg)
        if said.startswith(_FAILED):
            self._begin(record)
            return False
        return not said.startswith(_GIVEN_UP) and not _is_lost_connection(record)

    async def end(self, _connection: Any) -> None:
        """Note that a connection was made; a pool calls this (`configure`) with each."""
        since, self._since = self._since, None
        if since is not None:
            _log.warning("The database can be reached again, after %.0f s.", self._now() - since)

    def _begin(self, record: logging.LogRecord) -> None:
        if self._since is None:
            self._since = self._now()
            reason = str(record.args[-1]) if isinstance(record.args, tuple) and record.args else "no reason"
            _log.warning(
                "The database cannot be reached, and is tried again all the time: %s",
                " ".join(reason.split()),
            )


def _is_lost_connection(record: logging.LogRecord) -> bool:
    """Tell whether the record is of an error that a lost connection caused, however the queue wrapped it."""
    error = record.exc_info[1] if record.exc_info else None
    while error is not None and not isinstance(error, LOST):
        error = error.__cause__
    return error is not None


OUTAGE: Final = Outage()
"""The one of this process, as there is one log."""
