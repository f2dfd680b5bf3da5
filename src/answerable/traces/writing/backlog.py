"""Entries on their way to the database: the newest in memory, the others in the spill files."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, ParamSpec, TypeVar

from answerable.traces.writing.entries import Entry, dump_entries, load_entries
from answerable.traces.writing.intake import Held
from answerable.traces.writing.records import Record
from answerable.traces.writing.spill import Place, Spill

_log = logging.getLogger(__name__)

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

_REST: Final = 1.0
"""Seconds until the spill file is tried again that could not be written."""


@dataclass(slots=True, eq=False)
class Batch:
    """Entries made ready together. `at` is the monotonic time of the oldest, `number` says as the how many-th it came.

    `place` is where they are in the spill files; `written` says that they are in the database.
    """

    entries: Sequence[Entry]
    at: float
    number: int
    weight: int
    place: Place | None = None
    written: bool = False


class Spilled(NamedTuple):
    """A record of the files, and how many traces are in it."""

    entries: Sequence[Entry]
    traces: int


class Backlog:
    """Batches in the order in which they came. One event loop; the files are used in a thread."""

    def __init__(self, held: Held, spill: Spill | None) -> None:
        self.filled = asyncio.Event()
        """Set while something is in memory."""
        self._held = held
        self._spill = spill
        self._batches: deque[Batch] = deque()
        self._thread = ThreadPoolExecutor(1, "trace files")
        self._rest_until = 0.0
        self.problem: str | None = None
        """Why the files cannot be used, while that is so."""
        self._unreadable = 0

    @property
    def spilled(self) -> int:
        """Return how many traces are in the spill files."""
        return 0 if self._spill is None else self._spill.waiting

    @property
    def damaged(self) -> int:
        """Return how many traces in spill files could not be read again."""
        return self._unreadable + (0 if self._spill is None else self._spill.damaged)

    def add(self, batch: Batch) -> None:
        self._batches.append(batch)
        self.filled.set()

    def peek(self, limit: int, *, number: int | None = None) -> list[Batch]:
        """Return the oldest batches in memory, of about `limit` entries, none that came after `number`."""
        found: list[Batch] = []
        entries = 0
        for batch in self._batches:
            if (found and entries + len(batch.entries) > limit) or (
                number is not None and batch.number > number
            ):
                break
            found.append(batch)
            entries += len(batch.entries)
        return found

    async def note_written(self, batches: Iterable[Batch]) -> None:
        """The batches are in the database."""
        for batch in batches:
            batch.written = True
            if batch.place is None:
                self._forget(batch)
            else:
                await self._note_written(batch.place)

    @property
    def age(self) -> float:
        """Return for how many seconds the oldest has waited in memory."""
        return time.monotonic() - self._batches[0].at if self._batches else 0.0

    async def spill_when_older(self, age: float) -> None:
        """Move everything to the files when the oldest has waited for `age` seconds."""
        if self.age >= age and time.monotonic() >= self._rest_until:
            await self.spill_all()

    async def spill_all(self) -> None:
        """Move everything to the files. Files that cannot be written leave it in memory, which is logged."""
        if self._spill is None:
            return
        try:
            for batch in [*self._batches]:
                await self._spill_batch(self._spill, batch)
            self._note_success()
        except OSError as error:
            self._note_failure(error)

    async def peek_spilled(self) -> Spilled | None:
        """Return the oldest record of the files, the same one until `pop_spilled`; None when there is none."""
        while self._spill is not None and (found := await self._run(_read_oldest, self._spill)) is not None:
            record, entries = found
            if entries:
                return Spilled(entries, record.traces)
            self._unreadable += record.traces
            await self.pop_spilled()
        return None

    async def pop_spilled(self) -> None:
        """Forget the record that `peek_spilled` returned."""
        if self._spill is not None:
            await self._run(self._spill.pop)

    async def adopt(self) -> int:
        """Take over what dead processes left, and return how many traces it is."""
        try:
            return 0 if self._spill is None else await self._run(self._spill.adopt)
        except OSError as error:
            self._note_failure(error)
            return 0

    async def close(self) -> None:
        """Let others take over what is in the files."""
        if self._spill is not None:
            await self._run(self._spill.close)

    async def _spill_batch(self, spill: Spill, batch: Batch) -> None:
        if batch.written:
            return
        batch.place = await self._run(_append, spill, batch.entries)
        self._forget(batch)
        if batch.written:
            await self._note_written(batch.place)

    async def _note_written(self, place: Place) -> None:
        if self._spill is not None:
            await self._run(self._spill.note_written, place)

    async def _run(
        self, call: Callable[_Given, _Result], *args: _Given.args, **kwargs: _Given.kwargs
    ) -> _Result:
        """Use the files. In one thread: also a call that nobody waits for any more ends before the next begins."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(call, *args, **kwargs))

    def _forget(self, batch: Batch) -> None:
        """The batch is no longer in memory for the writer's sake; it may be told so twice."""
        if batch not in self._batches:
            return
        self._batches.remove(batch)
        self._held.traces -= len(batch.entries)
        self._held.bytes -= batch.weight
        if not self._batches:
            self.filled.clear()

    def _note_failure(self, error: OSError) -> None:
        self._rest_until = time.monotonic() + _REST
        if self.problem is None:
            _log.error("The spill file of traces cannot be used (%s); they wait in memory.", error)
        self.problem = str(error)

    def _note_success(self) -> None:
        if self.problem is not None:
            _log.warning("The spill file of traces can be written again.")
        self.problem = None


def _read_oldest(spill: Spill) -> tuple[Record, Sequence[Entry]] | None:
    """Return the oldest record with its entries; without any, when it is not one of this release's."""
    record = spill.peek()
    if record is None:
        return None
    try:
        return record, load_entries(record.content or b"")
    except (ValueError, TypeError, KeyError, IndexError):
        _log.exception(
            "%d traces are lost: what the spill file holds of them is not understood.", record.traces
        )
        return record, ()


def _append(spill: Spill, entries: Sequence[Entry]) -> Place:
    return spill.append(dump_entries(entries), traces=len(entries))
