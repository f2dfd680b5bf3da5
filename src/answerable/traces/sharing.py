"""Links that show one trace to whoever has them, without a key, until they expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput
from answerable.core.signing import Signer
from answerable.db.changes import ChangeLog
from answerable.db.database import Database

_PURPOSE: Final = "trace"
_LONGEST: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Share:
    """`token` stands for the trace until `expires_at`."""

    trace_id: str
    token: str
    expires_at: datetime


class TraceSharing:
    """Makes and reads tokens. No list of them is kept: a link ends by time, with its trace, or with the signing key."""

    def __init__(self, database: Database, signer: Signer, *, clock: Clock, log: ChangeLog) -> None:
        self._database = database
        self._signer = signer
        self._clock = clock
        self._log = log

    async def share(self, trace_id: str, *, by: str, valid: timedelta = timedelta(days=7)) -> Share:
        """Return a token for a trace, and note who made it.

        Raises InvalidInput unless it is to be valid for a minute to 90 days.
        """
        if not timedelta(minutes=1) <= valid <= _LONGEST:
            raise InvalidInput(f"A link is valid for a minute to {_LONGEST.days} days.")
        expires = (self._clock.now() + valid).replace(microsecond=0)
        details = {"expires_at": expires.isoformat()}
        async with self._database.transaction() as tx:
            await self._log.note(tx, actor=by, action="trace.share", target=trace_id, details=details)
        return Share(trace_id, self._signer.sign(_PURPOSE, {"t": trace_id}, expires), expires)

    def read(self, token: str) -> str:
        """Return the id of the trace. Raises TokenInvalid and TokenExpired."""
        return str(self._signer.read(_PURPOSE, token, self._clock.now())["t"])
