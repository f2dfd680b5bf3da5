"""Reading processes: one a core, started when there is work, replaced when they die, stopped when idle."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import InvalidInput
from answerable.knowledge.ingestion.messages import (
    Done,
    Embedded,
    EmbedTexts,
    Failed,
    ReadSource,
    Ready,
    Reply,
    Request,
    Setup,
)
from answerable.knowledge.ingestion.process import Call, ReadingProcess

_AHEAD = 2
"""Requests that a process holds: the one it works on and the next."""

_LEFT = (OSError, EOFError, asyncio.IncompleteReadError)


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """Times in seconds. A source that gives no sign for `silence` is given up with its process.

    `hard_memory_bytes` bounds one process; over it, its source is given up. Idle processes stop after `idle`.
    """

    processes: int = 0
    silence: float = 300.0
    start: float = 60.0
    idle: float = 60.0
    hard_memory_bytes: int = 2 << 30


class ReadingFailed(InvalidInput):
    """A source could not be read; the process that read it may have died of it."""

    code = "reading_failed"


class ReadingPool:
    """Hands requests to reading processes, in order; whoever is least busy takes the next."""

    def __init__(self, setup: Setup, *, settings: PoolSettings | None = None) -> None:
        self._setup = setup
        self._settings = settings or PoolSettings()
        self.size = self._settings.processes or os.cpu_count() or 1
        self._waiting: deque[Call] = deque()
        self._processes: dict[ReadingProcess, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None
        self._last_used = time.monotonic()

    @property
    def pids(self) -> list[int]:
        """The process ids of the children that run now."""
        return [process.pid for process in self._processes]

    def read(self, request: ReadSource) -> AsyncGenerator[Reply, None]:
        """Yield the documents of a source and, last, Done. Raises ReadingFailed."""
        return self._replies(request)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Return shape (len(texts), dimensions). Raises ReadingFailed when the process dies."""
        found: NDArray[np.float16] | None = None
        async for reply in self._replies(EmbedTexts(tuple(texts))):
            if isinstance(reply, Embedded):
                found = reply.vectors
        assert found is not None
        return found

    async def close(self) -> None:
        """Kill all processes; their requests fail."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        while self._processes:
            tasks = list(self._processes.values())
            for process in self._processes:
                process.kill(Failed("The worker was stopped.", "Run it again."))
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _replies(self, request: Request) -> AsyncGenerator[Reply, None]:
        call = Call(request)
        if isinstance(request, EmbedTexts):
            self._waiting.appendleft(call)  # a part of a document that is under way goes before new ones
        else:
            self._waiting.append(call)
        self._dispatch()
        try:
            while True:
                reply = await call.replies.get()
                if isinstance(reply, Failed):
                    raise ReadingFailed(reply.reason, hint=reply.hint or None)
                yield reply
                if isinstance(reply, Done):
                    return
        finally:
            call.abandon()
            if call in self._waiting:
                self._waiting.remove(call)

    def _dispatch(self) -> None:
        self._last_used = time.monotonic()
        while self._waiting:
            process = self._find_free()
            if process is None:
                return
            process.send(self._waiting.popleft())

    def _find_free(self) -> ReadingProcess | None:
        open_ones = (process for process in self._processes if not process.ending)
        best = min(open_ones, key=lambda process: len(process.calls), default=None)
        if (best is None or best.calls) and len(self._processes) < self.size:
            return self._start()
        return best if best is not None and len(best.calls) < _AHEAD else None

    def _start(self) -> ReadingProcess:
        process = ReadingProcess.start()
        self._processes[process] = asyncio.create_task(self._attend(process), name="reading process")
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_processes(), name="reading processes")
        return process

    async def _attend(self, process: ReadingProcess) -> None:
        """Pass the replies of one process on until it ends."""
        leaving = False
        try:
            await process.open(self._setup)
            while not leaving:
                leaving = await self._pass_on(process, await process.receive())
        except _LEFT:
            pass
        finally:
            status = await process.close()
            del self._processes[process]
            await self._settle(process, status, leaving=leaving)

    async def _pass_on(self, process: ReadingProcess, reply: Reply) -> bool:
        """Return whether the process leaves after this reply."""
        if isinstance(reply, Ready):
            process.ready = True
            return False
        call = process.calls[0]
        if not isinstance(reply, Done | Failed):
            process.blocked = True
            await call.put(reply)
            process.blocked = False
            return False
        process.calls.popleft()
        self._dispatch()
        await call.put(reply)
        return reply.leaving

    async def _settle(self, process: ReadingProcess, status: int, *, leaving: bool) -> None:
        """Give back what a process that ended had not begun; what it was at has failed."""
        failure = process.failure or _explain(status, ready=process.ready)
        stopped = leaving or (process.ending and process.failure is None)
        at_work = process.calls.popleft() if process.calls and not stopped else None
        self._waiting.extendleft(reversed(process.calls))
        if self._waiting:
            self._dispatch()
        if at_work is not None:
            await at_work.put(failure)

    async def _watch_processes(self) -> None:
        """Give up the source of a process that is silent or too large; stop all when there has been no work."""
        while self._processes:
            await asyncio.sleep(min(1.0, self._settings.silence / 4, self._settings.idle / 4))
            for process in list(self._processes):
                self._check(process)
            busy = any(process.calls for process in self._processes)
            if not busy and time.monotonic() - self._last_used > self._settings.idle:
                for process in list(self._processes):
                    process.kill()

    def _check(self, process: ReadingProcess) -> None:
        if not process.calls or process.blocked or process.ending:
            return
        patience = self._settings.silence if process.ready else self._settings.start
        if time.monotonic() - process.last_heard > patience:
            reason = f"Reading it took longer than {patience:.0f} s, and was given up."
            process.kill(Failed(reason, "Check the file; split it if it is very large."))
        elif process.get_memory() > self._settings.hard_memory_bytes:
            size = self._settings.hard_memory_bytes >> 20
            process.kill(Failed(f"Reading it took more than {size} MiB of memory.", "Split the file."))


def _explain(status: int, *, ready: bool) -> Failed:
    if not ready:
        return Failed("The reading process could not start.", "Run `answerable doctor`.")
    what = f"signal {-status}" if status < 0 else f"exit status {status}"
    return Failed(
        f"The parser crashed on it ({what}).", "The file may be damaged: open it and save it again."
    )
