"""Links that show one trace to whoever has them, without a key, until they expire or are taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from answerable.core.clock import Clock
from answerable.core.errors import Forbidden, InvalidInput, NotFound
from answerable.core.ids import new_id
from answerable.core.signing import Signer
from answerable.db.changes import Change, ChangeHistory
from answerable.db.database import Database

_PURPOSE: Final = "trace"
_LONGEST: Final = timedelta(days=90)
_SHARED: Final = "trace.share"
_TAKEN_BACK: Final = "trace.unshare"


class LinkTakenBack(Forbidden):
    code, title = "link_taken_back", "The link was taken back"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is valid still. `id` names it, and opens nothing."""

    id: str
    made_by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """`token` stands for the trace until `expires_at`; `link` is the id by which it is taken back."""

    trace_id: str
    link: str
    token: str
    expires_at: datetime


class TraceSharing:
    """Makes and reads tokens, and takes them back.

    The audit log is the one record of it, so a link that was taken back stays so. A token is never stored.
    """

    def __init__(self, database: Database, signer: Signer, *, clock: Clock, log: ChangeHistory) -> None:
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
        link = new_id().hex
        await self._note(trace_id, _SHARED, by=by, details={"link": link, "expires_at": expires.isoformat()})
        token = self._signer.sign(_PURPOSE, {"t": trace_id, "l": link}, expires)
        return Share(trace_id, link, token, expires)

    async def list_links(self, trace_id: str) -> list[Link]:
        """Return the links to a trace that are valid still, the newest first."""
        now = self._clock.now()
        links = _list_left(await self._log.list_of(trace_id, thing="trace"))
        return [link for link in links if link.expires_at > now]

    async def take_back(self, trace_id: str, link: str | None = None, *, by: str) -> None:
        """End a link, or without its id all that were made until now. Raises NotFound (`unknown_link`)."""
        if link is not None and link not in {one.id for one in await self.list_links(trace_id)}:
            raise NotFound(
                f"The trace has no valid link {link[:60]!r}.",
                hint="It has expired, or was taken back already.",
                code="unknown_link",
            )
        await self._note(trace_id, _TAKEN_BACK, by=by, details={} if link is None else {"link": link})

    async def read(self, token: str) -> str:
        """Return the id of the trace. Raises TokenInvalid, TokenExpired and LinkTakenBack."""
        payload = self._signer.read(_PURPOSE, token, self._clock.now())
        trace_id, link = str(payload["t"]), payload.get("l")
        changes = await self._log.list_of(trace_id, thing="trace")
        if any(_ends(change, link) for change in _list_after(changes, link)):
            raise LinkTakenBack("Whoever shared this run has taken the link back.", hint="Ask for a new one.")
        return trace_id

    async def _note(self, trace_id: str, action: str, *, by: str, details: dict[str, Any]) -> None:
        async with self._database.transaction() as tx:
            await self._log.note(tx, actor=by, action=action, target=trace_id, details=details)


def _list_left(changes: Iterable[Change]) -> list[Link]:
    """Return the links that were not taken back, the newest first. `changes` are oldest first."""
    links: dict[str, Link] = {}
    for change in changes:
        id = change.details.get("link")
        if change.action == _SHARED and id is not None:
            expires = datetime.fromisoformat(change.details["expires_at"])
            links[id] = Link(id, change.actor, change.at, expires)
        elif change.action == _TAKEN_BACK:
            links = {} if id is None else {key: one for key, one in links.items() if key != id}
    return list(reversed(links.values()))


def _list_after(changes: Sequence[Change], link: str | None) -> Sequence[Change]:
    """Return what came after a link was made; of one from before links had ids, everything."""
    made = [
        place
        for place, change in enumerate(changes)
        if change.action == _SHARED and change.details.get("link") == link is not None
    ]
    return changes[made[0] :] if made else changes


def _ends(change: Change, link: str | None) -> bool:
    return change.action == _TAKEN_BACK and change.details.get("link") in {None, link}
