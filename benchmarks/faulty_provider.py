"""A fake provider that answers, but for every so many requests, at which it fails in one way after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.fake_models.app import create_app
from answerable.fake_models.behaviours import HEADER, Behaviour, Timing
from answerable.fake_models.server import FakeModelServer

FAULTS = (
    Behaviour.SERVER_ERROR,
    Behaviour.RATE_LIMIT,
    Behaviour.CUT_STREAM,
    Behaviour.MALFORMED_JSON,
    Behaviour.EMPTY,
)


class FaultyProvider:
    """The application, and how often it was asked."""

    def __init__(self, app: ASGIApp, *, every: int) -> None:
        self.url = ""
        self.requests = 0
        self._app = app
        self._every = every
        self._faults = cycle(FAULTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests += 1
            if self.requests % self._every == 0:
                scope["headers"] = [*scope["headers"], (HEADER.encode(), str(next(self._faults)).encode())]
        await self._app(scope, receive, send)


@contextmanager
def faulty_provider(*, every: int) -> Iterator[FaultyProvider]:
    """Serve from a thread of this process until the block ends."""
    server = FakeModelServer()
    provider = FaultyProvider(create_app(timing=Timing()), every=every)
    provider.url = server.url
    server.config.app = provider
    thread = threading.Thread(target=server.run, name="faulty provider")
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
