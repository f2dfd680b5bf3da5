"""Receivers of alerts on this machine: an HTTP server and a mail server, both real."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from aiohttp import web
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class HttpReceiver:
    """Answers POSTs with `status`, once `gate` is open, and keeps what came."""

    status: int = 204
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        await self.gate.wait()
        headers = {"Location": self.url} if 300 <= self.status < 400 else {}
        return web.Response(status=self.status, headers=headers)


@asynccontextmanager
async def http_receiver(*, status: int = 204, closed: bool = False) -> AsyncIterator[HttpReceiver]:
    """Run an HTTP receiver; a `closed` one lets callers wait until its gate is opened."""
    receiver = HttpReceiver(status)
    if not closed:
        receiver.gate.set()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/hook"
    try:
        yield receiver
    finally:
        receiver.gate.set()
        await runner.cleanup()


class _Mailbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.messages.append(message)


@dataclass
class MailServer:
    port: int
    messages: list[Message]


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> AsyncIterator[MailServer]:
    """Run a mail server; with `tls` it wants STARTTLS first, with `login` that name and password."""
    mailbox = _Mailbox()

    def authenticate(*args: Any) -> AuthResult:
        sent = args[-1]
        return AuthResult(success=(sent.login.decode(), sent.password.decode()) == login, handled=False)

    def open_session() -> SMTP:
        return SMTP(
            mailbox,
            hostname="localhost",
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=login is not None,
            authenticator=authenticate,
        )

    server = await asyncio.get_running_loop().create_server(open_session, "127.0.0.1", 0)
    async with server:
        yield MailServer(server.sockets[0].getsockname()[1], mailbox.messages)
