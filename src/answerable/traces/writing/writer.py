"""Traces on their way: taken in at once, made ready between other work, written in batches.

What the database has not taken within `_PATIENCE` goes to the spill file, so that after a second it survives the death
of this process: the database is away, or slower than traces come. While the writer is open, one task makes entries,
one writes them and replays the files, one looks at the clock, and one looks for what dead processes left.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final

from answerable.core.errors import Unavailable
from answerable.core.tasks import stop
from answerable.traces.types import Span, Trace
from answerable.traces.writing.backlog import Backlog, Batch
from answerable.traces.writing.encoding import Encoder, Recorded
from answerable.traces.writing.entries import Entry
from answerable.traces.writing.intake import Held, Intake
from answerable.traces.writing.landing import Landing
from answerable.traces.writing.spill import Spill

_log = logging.getLogger(__name__)

_GATHER: Final = 0.25
"""Seconds in which traces gather to be written together: a transaction costs as much as a few of them."""
_PATIENCE: Final = 0.8
"""Seconds after which what is not in the database goes to the spill file, which takes some hundredths of one."""
_LOOK: Final = 0.05
"""Seconds at least between two looks at the clock."""
_RETRY: Final = 1.0
_ADOPT: Final = 30.0
_LAST: Final = 10.0
"""Seconds that the database has at the end; what is left goes to the spill file."""
_ENCODED: Final = 200
"""Traces made ready together."""
_SLICE: Final = 0.001
"""Seconds after which others have their turn on the event loop."""
_WRITTEN: Final = 1000
"""Traces in one transaction, about."""


class TraceWriter:
    """Writes what is recorded, while it is open; `flush` also writes without."""

    def __init__(
        self, encoder: Encoder, landing: Landing, *, spill: Spill | None, max_traces: int, max_bytes: int
    ) -> None:
        self._held = Held()
        self._intake = Intake(self._held, max_traces=max_traces, max_bytes=max_bytes)
        self._backlog = Backlog(self._held, spill)
        self._encoder = encoder
        self._landing = landing
        self._unfit = 0
        self._thread = ThreadPoolExecutor(1, "traces")
        """Of our own: in the one that everybody shares, traces might wait for longer than a second."""
        self._encoding = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._recorded = asyncio.Event()
        self._ready = asyncio.Event()

    @property
    def dropped(self) -> int:
        """Return how many traces are lost, for whatever reason."""
        return self._intake.dropped + self._unfit + self._landing.refused + self._backlog.damaged

    @property
    def waiting(self) -> int:
        """Return how many traces are in memory alone."""
        return self._held.traces

    @property
    def spilled(self) -> int:
        """Return how many traces are in the spill files."""
        return self._backlog.spilled

    @property
    def spill_problem(self) -> str | None:
        """Return why the spill files cannot be used, None while they can."""
        return self._backlog.problem

    def record(self, trace: Trace | None, spans: Sequence[Span], *, service: str) -> None:
        """Take a run with its spans in, or spans alone, which belong to one trace. Returns at once."""
        self._intake.add(trace, spans, service=service)
        self._recorded.set()

    async def flush(self) -> None:
        """Return when everything recorded so far is in the database, of the spill files as well. Raises Unavailable."""
        await self.flush_memory()
        left = self._backlog.spilled
        while left > 0:
            async with self._writing:
                written = await self._replay_next()
            if not written:
                return
            left -= written

    async def flush_memory(self) -> None:
        """Return when nothing recorded so far is in memory alone. Raises Unavailable."""
        number = self._intake.numbered
        await self._encode(number)
        while self._backlog.peek(1, number=number):
            async with self._writing:
                await self._write_next(number)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Write what is recorded. At the end all of it is in the database, or else in the spill file."""
        await self._adopt()
        guard = asyncio.create_task(_repeat(self._look_at_the_clock), name="trace spill")
        work = {"encoding": self._encode_some, "writing": self._write_some, "adopting": self._adopt_later}
        tasks = [asyncio.create_task(_repeat(do), name=f"trace {name}") for name, do in work.items()]
        try:
            yield
        finally:
            async with self._between_batches():
                for task in tasks:
                    await stop(task)
            await self._write_rest()
            await stop(guard)
            await self._leave_rest()

    @asynccontextmanager
    async def _between_batches(self) -> AsyncIterator[None]:
        """Hold back the next batch; one that takes too long is not waited for, and stays in memory if it breaks off.

        A statement that is cancelled half-way costs its connection, and the driver says so to whoever looks on.
        """
        try:
            await asyncio.wait_for(self._writing.acquire(), _LAST)
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            self._writing.release()

    async def _encode_some(self) -> None:
        await self._recorded.wait()
        self._recorded.clear()
        await self._encode(self._intake.numbered)
        await asyncio.sleep(_GATHER)

    async def _encode(self, number: int) -> None:
        """Make entries of what was recorded up to the `number`th."""
        while len(self._intake) > self._intake.numbered - number:
            async with self._encoding:
                await self._encode_next()

    async def _encode_next(self) -> None:
        # They leave the queue when all are made: until then a cancellation leaves them there.
        taken = self._intake.peek(_ENCODED)
        if not taken:
            return
        first = self._intake.numbered - len(self._intake) + 1
        encoded = await self._make_entries(taken)
        self._intake.pop(len(taken))
        entries = [entry for entry in encoded if entry is not None]
        weight = sum(entry.weight for entry in entries)
        self._unfit += len(taken) - len(entries)
        self._held.traces -= len(taken) - len(entries)
        self._held.bytes += weight - sum(recorded.weight for recorded in taken)
        if entries:
            self._backlog.add(Batch(entries, taken[0].at, first, weight))
            self._ready.set()

    async def _make_entries(self, taken: Sequence[Recorded]) -> list[Entry | None]:
        """Make them here where that is quick: a busy event loop and a thread would fight for the interpreter."""
        if not all(map(self._encoder.is_quick, taken)):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, lambda: [*map(self._encoder.encode, taken)])
        made = []
        began = time.monotonic()
        for recorded in taken:
            made.append(self._encoder.encode(recorded))
            if time.monotonic() - began > _SLICE:
                await asyncio.sleep(0)
                began = time.monotonic()
        return made

    async def _write_some(self) -> None:
        await self._ready.wait()
        self._ready.clear()
        try:
            more = True
            while more:
                async with self._writing:
                    more = bool(await self._write_next() or await self._replay_next())
        except Unavailable:
            self._ready.set()
            await asyncio.sleep(_RETRY)

    async def _write_next(self, number: int | None = None) -> int:
        """Write a batch from memory and return how many traces it had. Raises Unavailable."""
        batches = self._backlog.peek(_WRITTEN, number=number)
        entries = [entry for batch in batches for entry in batch.entries]
        if entries:
            await self._landing.write(entries)
            await self._backlog.note_written(batches)
        return len(entries)

    async def _replay_next(self) -> int:
        """Write a record of the spill files and return how many traces it had. Raises Unavailable."""
        spilled = await self._backlog.peek_spilled()
        if spilled is None:
            return 0
        await self._landing.write(spilled.entries)
        await self._backlog.pop_spilled()
        return spilled.traces

    async def _look_at_the_clock(self) -> None:
        await self._backlog.filled.wait()
        await asyncio.sleep(max(_LOOK, _PATIENCE - self._backlog.age))
        await self._backlog.spill_when_older(_PATIENCE)

    async def _adopt(self) -> None:
        adopted = await self._backlog.adopt()
        if adopted:
            _log.warning("%d traces that another process left in its file are written now.", adopted)
            self._ready.set()

    async def _adopt_later(self) -> None:
        await asyncio.sleep(_ADOPT)
        await self._adopt()

    async def _write_rest(self) -> None:
        try:
            async with asyncio.timeout(_LAST):
                await self.flush()
        except (Unavailable, TimeoutError):
            _log.warning(
                "The database does not take the last traces; they stay in the file for the next process."
            )

    async def _leave_rest(self) -> None:
        await self._backlog.spill_all()
        if self._held.traces:
            _log.error(
                "%d traces are lost: neither the database nor the spill file takes them.", self._held.traces
            )
        await self._backlog.close()


async def _repeat(work: Callable[[], Awaitable[None]]) -> None:
    """Do it again and again; a failure that nobody has foreseen costs a pause and not the traces."""
    while True:
        try:
            await work()
        except Exception:
            _log.exception("Writing traces failed; it is tried again.")
            await asyncio.sleep(_RETRY)
