"""The server's end of one reading process."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field

import psutil

from answerable.knowledge.ingestion.messages import LENGTH, Failed, Reply, Request, Setup, pack

_MODULE = "answerable.knowledge.ingestion.child"
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
_BUFFER = 1 << 20
_LARGE = 1 << 18
"""A message over this many bytes is unpickled in a thread, so that the event loop stays free."""


@dataclass(eq=False, slots=True)
class Call:
    """A request and where its replies go. The queue is short, so a process that is ahead of its reader waits."""

    request: Request
    replies: asyncio.Queue[Reply] = field(default_factory=lambda: asyncio.Queue(maxsize=4))
    abandoned: bool = False

    async def put(self, reply: Reply) -> None:
        if not self.abandoned:
            await self.replies.put(reply)

    def abandon(self) -> None:
        """Let the process run on without a reader: what comes is thrown away."""
        self.abandoned = True
        while not self.replies.empty():
            self.replies.get_nowait()


class ReadingProcess:
    """One child. It is given requests ahead, so that it need not wait for the next; it answers in their order."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process = process
        self._connection = connection
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._usage = psutil.Process(process.pid)
        self.calls: deque[Call] = deque()
        self.ready = False
        self.blocked = False
        self.ending = False
        self.failure: Failed | None = None
        self.last_heard = time.monotonic()

    @classmethod
    def start(cls) -> ReadingProcess:
        """Start the program; takes a few milliseconds. `open` then connects to it."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", _MODULE, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return cls(process, ours)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def open(self, setup: Setup) -> None:
        self._reader, self._writer = await asyncio.open_connection(sock=self._connection, limit=_BUFFER)
        self._writer.write(pack(setup))
        for call in self.calls:
            self._writer.write(pack(call.request))

    def send(self, call: Call) -> None:
        """Hand a request over; it may wait behind others."""
        if not self.calls:
            self.last_heard = time.monotonic()
        self.calls.append(call)
        if self._writer is not None:
            self._writer.write(pack(call.request))

    async def receive(self) -> Reply:
        """Return the next reply. Raises OSError or IncompleteReadError when the process is gone."""
        assert self._reader is not None
        (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        body = await self._reader.readexactly(length)
        self.last_heard = time.monotonic()
        if length > _LARGE:
            return await asyncio.to_thread(_unpickle, body)
        return _unpickle(body)

    def get_memory(self) -> int:
        """Return its resident memory in bytes; 0 when it is gone."""
        try:
            return int(self._usage.memory_info().rss)
        except psutil.Error:
            return 0

    def kill(self, because: Failed | None = None) -> None:
        """End it. With `because` its present request fails so; without, that goes to another process."""
        self.ending = True
        self.failure = because
        self._process.kill()

    async def close(self, *, patience: float = 5.0) -> int:
        """Wait for the end of a process that has left or was killed, and return its exit status."""
        if self._writer is not None:
            self._writer.close()
        else:
            self._connection.close()
        try:
            return await asyncio.to_thread(self._process.wait, patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return await asyncio.to_thread(self._process.wait)


def _unpickle(body: bytes) -> Reply:
    reply: Reply = pickle.loads(body)  # noqa: S301 - see messages.py
    return reply
