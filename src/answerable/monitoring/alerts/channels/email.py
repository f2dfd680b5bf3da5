"""Notices by e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final, Literal

import aiosmtplib

from answerable.monitoring.alerts.types import DeliveryFailed, Notice

Tls = Literal["starttls", "tls", "none"]
_SECONDS: Final = 15.0
_PERMANENT: Final = 500
"""From this reply code on, a mail server means what it says."""


class EmailChannel:
    """Sends each notice to all recipients in one message. With `starttls` a server that has no TLS gets nothing."""

    def __init__(
        self,
        host: str,
        *,
        sender: str,
        recipients: Sequence[str],
        port: int | None = None,
        username: str | None = None,
        password: str | None = None,
        tls: Tls = "starttls",
        certificates: str | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._recipients = tuple(recipients)
        self._username = username
        self._password = password
        self._tls = tls
        self._certificates = certificates
        self._seconds = seconds

    async def send(self, notice: Notice) -> None:
        try:
            await aiosmtplib.send(
                self._write(notice),
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._tls == "tls",
                start_tls=self._tls == "starttls",
                cert_bundle=self._certificates,
                timeout=self._seconds,
            )
        except aiosmtplib.SMTPResponseException as error:
            permanent = error.code >= _PERMANENT
            raise DeliveryFailed(f"{error.code} {error.message}", permanent=permanent) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise DeliveryFailed(f"{type(error).__name__}: {error}") from error

    def _write(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, ", ".join(self._recipients)
        word = {"firing": "Alert", "ok": "Recovered", "test": "Test"}[notice.state]
        message["Subject"] = f"[Answerable] {word}: {notice.alert}"
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = make_msgid(
            idstring=notice.id, domain=self._sender.rpartition("@")[2] or "localhost"
        )
        message["Auto-Submitted"] = "auto-generated"
        facts = "\n".join(f"{name}: {value}" for name, value in notice.details.items() if value is not None)
        message.set_content(f"{notice.text}\n\n{facts}\n")
        return message
