"""The kinds of channels. A new kind is a file here and a line in `KINDS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from answerable.core.clock import Clock
from answerable.core.errors import SetupError
from answerable.monitoring.alerts.channels.email import EmailChannel, Tls
from answerable.monitoring.alerts.channels.slack import SlackChannel
from answerable.monitoring.alerts.channels.webhook import WebhookChannel, read_key
from answerable.monitoring.alerts.types import Channel


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What a kind needs; secrets are already read from where they are."""

    name: str
    kind: str
    url: str | None = None
    secret: str | None = None
    host: str | None = None
    port: int | None = None
    tls: Tls = "starttls"
    username: str | None = None
    password: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    certificates: str | None = None


def open_channel(settings: ChannelSettings, *, clock: Clock) -> Channel:
    """Return a channel of that kind. Raises SetupError when something that it needs is missing."""
    return KINDS[settings.kind](settings, clock)


def _webhook(settings: ChannelSettings, clock: Clock) -> Channel:
    key = None
    if settings.secret is not None:
        key = read_key(settings.secret)
        if key is None:
            raise _wrong(settings, "its secret is not base64", "After `whsec_` stands the secret in base64.")
    return WebhookChannel(_get_url(settings), key=key, clock=clock)


def _slack(settings: ChannelSettings, clock: Clock) -> Channel:
    del clock
    return SlackChannel(_get_url(settings))


def _email(settings: ChannelSettings, clock: Clock) -> Channel:
    del clock
    host, sender, recipients = settings.host, settings.sender, settings.recipients
    if not host or not sender or not recipients:
        raise _wrong(
            settings, "it does not say from where to whom", "Give `host`, `sender` and `recipients`."
        )
    for address in (sender, *recipients):
        if "@" not in address or not address.isprintable() or "," in address:
            raise _wrong(
                settings, f"{address!r} is no address", "Write name@example.org, one in each string."
            )
    return EmailChannel(
        host,
        sender=sender,
        recipients=recipients,
        port=settings.port,
        username=settings.username,
        password=settings.password,
        tls=settings.tls,
        certificates=settings.certificates,
    )


KINDS: Final[Mapping[str, Callable[[ChannelSettings, Clock], Channel]]] = {
    "webhook": _webhook,
    "slack": _slack,
    "email": _email,
}


def _get_url(settings: ChannelSettings) -> str:
    url = settings.url or ""
    if not url.startswith(("http://", "https://")):
        raise _wrong(
            settings, "it has no address", "Give `url` or `url_env`, beginning with https:// or http://."
        )
    return url


def _wrong(settings: ChannelSettings, what: str, hint: str) -> SetupError:
    return SetupError(f"The channel {settings.name!r} is not valid: {what}.", hint=hint)
