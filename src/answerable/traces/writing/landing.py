"""A batch into the database: once, whole, with its roll-ups, however often and by whomever it is tried."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple, TypeVar

import psycopg

from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.db.database import Connection, Database
from answerable.traces.rollups import store as rollups
from answerable.traces.rollups.sums import add_up
from answerable.traces.writing import store
from answerable.traces.writing.entries import Entry

_log = logging.getLogger(__name__)

_Run = TypeVar("_Run")

_DEADLINE: Final = 30.0
"""Seconds after which a database that says nothing counts as away."""

_REFUSED = (psycopg.DataError, psycopg.IntegrityError)
"""What the database says of rows that it will never take."""
_TOO_LARGE = psycopg.errors.ProgramLimitExceeded
"""So does this, which the driver counts among the errors of the operation."""


class WrittenRun(NamedTuple):
    """A run that is being written."""

    trace_id: str
    span_id: str
    app: str
    purpose: str
    status: str


OnWritten = Callable[[Connection, Sequence[WrittenRun]], Awaitable[None]]
"""Gets every run, once, in the transaction that writes it. What it raises is logged and undoes its own work alone."""
OnServed = Callable[[Connection, Sequence[tuple[str, str]]], Awaitable[None]]
"""Gets the trace and span ids of runs in the transaction that writes them."""


async def ignore_served(tx: Connection, runs: Sequence[tuple[str, str]]) -> None:
    """Learn nothing from runs."""
    del tx, runs


async def ignore_written(tx: Connection, runs: Sequence[WrittenRun]) -> None:
    """Do nothing about runs."""
    del tx, runs


class Landing:
    """Writes batches. What it wrote before it does not write again, and not what was erased meanwhile.

    `on_served` gets the runs, once each, that were served to a known user or in a conversation, or were cancelled;
    `on_written` gets all of them.
    """

    def __init__(
        self,
        database: Database,
        *,
        on_served: OnServed = ignore_served,
        on_written: OnWritten = ignore_written,
        deadline: float = _DEADLINE,
    ) -> None:
        self.refused = 0
        """Entries that the database will never take."""
        self._database = database
        self._on_served = on_served
        self._on_written = on_written
        self._deadline = deadline
        self._partitions: set[tuple[int, str]] = set()

    async def write(self, entries: Sequence[Entry]) -> None:
        """Write the entries. Raises Unavailable: some of them may be written, and all can be given again."""
        try:
            async with asyncio.timeout(self._deadline):
                await self._write(entries)
        except TimeoutError as error:
            pass_cancellation_on()
            raise Unavailable(
                f"The database took more than {self._deadline:.0f} seconds.", code="database_unavailable"
            ) from error

    async def _write(self, entries: Sequence[Entry]) -> None:
        """Write them together; where one cannot be written, find it by halves."""
        try:
            await self._write_together(entries)
        except (*_REFUSED, Unavailable) as error:
            if isinstance(error, Unavailable) and not isinstance(error.__cause__, _TOO_LARGE):
                raise
            if len(entries) > 1:
                middle = len(entries) // 2
                await self._write(entries[:middle])
                await self._write(entries[middle:])
                return
            self.refused += 1
            # The error's own words quote the row.
            reason = type(error.__cause__ if isinstance(error, Unavailable) else error).__name__
            _log.error("The trace %s is lost: the database refuses it (%s).", entries[0].trace_id, reason)

    async def _write_together(self, entries: Sequence[Entry]) -> None:
        try:
            await self._try_write(entries)
        except psycopg.errors.UniqueViolation:
            await self._write_missing(entries)
        except psycopg.errors.CheckViolation:
            # A partition that was there is dropped, or a row is wrong: then it says so again.
            self._partitions.clear()
            await self._write_missing(entries)

    async def _try_write(self, entries: Sequence[Entry]) -> None:
        """Write what is expected to be new."""
        await self._create_partitions(entries)
        async with self._database.transaction() as tx:
            kept = await _leave_out_erased(tx, entries)
            await store.insert(tx, kept)
            await self._tell(tx, _list_served(kept), _list_written(kept))
            async with tx.pipeline():
                await rollups.add(tx, add_up(entry.facts for entry in kept if entry.facts is not None))
                await tx.commit()

    async def _write_missing(self, entries: Sequence[Entry]) -> None:
        """Write what is not there yet: another try, whose end nobody has heard of, may have got through."""
        await self._create_partitions(entries)
        async with self._database.transaction() as tx:
            kept = await _leave_out_erased(tx, entries)
            missing = await store.insert_missing(tx, kept)
            written = {
                place: entry.facts
                for entry in kept
                if entry.facts is not None
                and (place := (entry.trace_id, entry.span_id, entry.began)) in missing
            }
            await rollups.add(tx, add_up(written.values()))
            places = {(trace_id, span_id) for trace_id, span_id, _ in written}
            await self._tell(
                tx,
                [place for place in _list_served(kept) if place in places],
                [run for run in _list_written(kept) if run[:2] in places],
            )

    async def _tell(
        self, tx: Connection, served: Sequence[tuple[str, str]], written: Sequence[WrittenRun]
    ) -> None:
        """Tell others of the runs. Their failures are no reason to lose a trace."""
        if served and self._on_served is not ignore_served:
            await _try(self._on_served, tx, served)
        if written and self._on_written is not ignore_written:
            await _try(self._on_written, tx, written)

    async def _create_partitions(self, entries: Sequence[Entry]) -> None:
        wanted = {(entry.keep_days, entry.day) for entry in entries} - self._partitions
        if not wanted:
            return
        async with self._database.transaction() as tx:
            for keep_days, day in sorted(wanted):
                await store.create_partitions(tx, keep_days, day)
        self._partitions |= wanted


async def _try(
    tell: Callable[[Connection, Sequence[_Run]], Awaitable[None]], tx: Connection, runs: Sequence[_Run]
) -> None:
    try:
        async with tx.transaction():
            await tell(tx, runs)
    except psycopg.OperationalError:
        raise  # the connection is lost, and the batch comes again
    except Exception:
        _log.exception("What follows from traces could not be noted; the traces themselves are written.")


def _list_written(entries: Sequence[Entry]) -> list[WrittenRun]:
    return [
        WrittenRun(entry.trace_id, entry.span_id, facts.app, facts.purpose, facts.status)
        for entry in entries
        if (facts := entry.facts) is not None
    ]


def _list_served(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    return [
        (entry.trace_id, entry.span_id)
        for entry in entries
        if entry.facts is not None
        and entry.facts.purpose == "serve"
        and (entry.erasure_keys or entry.facts.status == "cancelled")
    ]


async def _leave_out_erased(tx: Connection, entries: Sequence[Entry]) -> Sequence[Entry]:
    alone = [key for entry in entries if entry.facts is None for key in entry.erasure_keys]
    erased = await store.begin_writing(tx, alone, since=min(entry.began for entry in entries))
    if not erased:
        return entries
    return [entry for entry in entries if not _is_erased(entry, erased)]


def _is_erased(entry: Entry, erased: dict[str, float]) -> bool:
    """Spans alone are not written to an erased trace whenever they begin; runs, when they began before."""
    if entry.facts is None:
        return any(key in erased for key in entry.erasure_keys)
    return any(erased.get(key, -1.0) >= entry.began for key in entry.erasure_keys)
