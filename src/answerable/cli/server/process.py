"""One server process: HTTP, console and, unless switched off, the ingestion worker, on one event loop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from answerable import __version__, console
from answerable.api.app import create_app
from answerable.core.garbage import spare_what_is_there
from answerable.wiring import Services
from answerable.worker.run import run_worker
from answerable.worker.watch import run_watch

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GRACE = 10
"""Seconds that open requests get to end when the server is told to stop."""


class _Server(uvicorn.Server):
    """Uvicorn, with an event for the moment from which it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.answers.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as the wish to stop.

        Uvicorn's own raises them again once it has stopped, and the process would be gone before the worker and the
        database are stopped too.
        """
        before = {number: signal.signal(number, self.handle_exit) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def serve(
    services: Services, listener: socket.socket, *, with_worker: bool, on_ready: Callable[[], Awaitable[None]]
) -> None:
    """Serve until SIGINT or SIGTERM. `on_ready` runs beside it once it answers; its failure stops it."""
    server = _Server(_config(_application(services)))
    companions = [
        _when_ready(server, on_ready),
        run_watch(services.monitor, services.alerts, services.online, services.canaries, version=__version__),
        services.queue_filler.run(),
    ]
    if with_worker:
        companions.append(run_worker(services.job_worker, services.ingestion))
    tasks = [asyncio.ensure_future(companion) for companion in companions]
    try:
        for task in tasks:
            task.add_done_callback(lambda done: _stop_on_failure(done, server))
        await server.serve(sockets=[listener])
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


def _application(services: Services) -> FastAPI:
    app = create_app(services)
    console.mount(app, services)
    return app


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        proxy_headers=False,
    )


async def _when_ready(server: _Server, on_ready: Callable[[], Awaitable[None]]) -> None:
    await server.answers.wait()
    spare_what_is_there()
    await on_ready()


def _stop_on_failure(task: asyncio.Future[None], server: _Server) -> None:
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True
