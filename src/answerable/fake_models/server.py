"""The fake model server as a process of its own, or as a thread of a test."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from answerable.fake_models.app import create_app
from answerable.fake_models.behaviours import Behaviour, Timing
from answerable.fake_models.endpoints import CONTEXT


class FakeModelServer(uvicorn.Server):
    """Serves until a signal comes or `should_exit` is set. It listens from the moment it is made.

    `url` is the base address: OpenAI's clients take `url + "/v1"`, Anthropic's `url`. Port 0 takes a free
    port. Raises OSError when the port is taken.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        behaviour: Behaviour | None = None,
        timing: Timing | None = None,
        context: int = CONTEXT,
        on_ready: Callable[[str], None] | None = None,
    ) -> None:
        self._listener = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._listener.getsockname()[1]}"
        self._on_ready = on_ready
        super().__init__(
            uvicorn.Config(
                create_app(behaviour, timing=timing, context=context),
                log_level="critical",
                access_log=False,
                lifespan="off",
                # A stalled answer must not hold up the end.
                timeout_graceful_shutdown=1,
            )
        )

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve in this thread, on the fastest event loop there is."""
        super().run(sockets=sockets or [self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_ready is not None:
            self._on_ready(self.url)


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    behaviour: Behaviour | None = None,
    timing: Timing | None = None,
    context: int = CONTEXT,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until a signal comes; `on_ready` gets the base address as soon as requests are answered."""
    server = FakeModelServer(
        host=host, port=port, behaviour=behaviour, timing=timing, context=context, on_ready=on_ready
    )
    server.run()


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    family, kind, protocol, _, address = found[0]
    # With the protocol left at 0, asyncio does not set TCP_NODELAY, and a stream can wait 40 ms for an ACK.
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener
