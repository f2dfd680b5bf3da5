"""The address to listen on: bound before anything else starts, so that a taken port is known at once."""

from __future__ import annotations

import errno
import socket

from answerable.core.errors import SetupError

_TRIES = 100


def bind(host: str, port: int, *, exact: bool) -> socket.socket:
    """Return a bound socket. Unless `exact`, the next free port is taken when this one is not free.

    Port 0 lets the system choose. Raises SetupError when no port can be had.
    """
    last = port if exact or port == 0 else min(port + _TRIES, 65535)
    for candidate in range(port, last + 1):
        listener = _try_bind(host, candidate)
        if listener is not None:
            return listener
    raise SetupError(
        f"Port {port} on {host} is taken." if exact else f"No port from {port} to {last} on {host} is free.",
        hint="Choose another with --port; 0 takes any that is free.",
    )


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _try_bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol left at 0 asyncio does not set TCP_NODELAY, and a stream can wait 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise SetupError(
            f"{host}:{port} cannot be listened on: {error.strerror}.", hint="Choose another --host or --port."
        ) from error
    return listener
