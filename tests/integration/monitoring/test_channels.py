"""Notices arrive where they should, in the form that is expected there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from answerable.monitoring.alerts.channels.registry import ChannelSettings, open_channel
from answerable.monitoring.alerts.types import DeliveryFailed, Notice
from tests.fakes.clock import FixedClock
from tests.fakes.receivers import http_receiver, mail_server
from tests.fakes.runs import NOON

_NOTICE = Notice(
    "0199-id",
    "errors",
    "firing",
    "errors fires: 12 % <of> requests & more.",
    NOON,
    {"value": 0.12, "app": "ask"},
)


async def test_a_webhook_gets_json_that_it_can_check(clock: FixedClock) -> None:
    key = b"a secret of 24 bytes ...."
    secret = "whsec_" + base64.b64encode(key).decode()
    async with http_receiver() as receiver:
        channel = open_channel(
            ChannelSettings("ops", "webhook", url=receiver.url, secret=secret), clock=clock
        )
        await channel.send(_NOTICE)
    (body,), (headers,) = receiver.bodies, receiver.headers
    stamp = str(int((NOON + timedelta(hours=1)).timestamp()))
    signed = f"0199-id.{stamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-id"] == "0199-id"
    assert headers["webhook-timestamp"] == stamp
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body) == {
        "type": "alert.firing",
        "timestamp": "2026-06-01T12:00:00+00:00",
        "data": {"alert": "errors", "text": _NOTICE.text, "value": 0.12, "app": "ask"},
    }


async def test_slack_gets_a_message_whose_names_are_no_markup(clock: FixedClock) -> None:
    async with http_receiver(status=200) as receiver:
        await open_channel(ChannelSettings("chat", "slack", url=receiver.url), clock=clock).send(_NOTICE)
    message = json.loads(receiver.bodies[0])
    assert message["text"] == ":red_circle: errors fires: 12 % &lt;of&gt; requests &amp; more."
    assert message["blocks"][0]["text"] == {"type": "mrkdwn", "text": message["text"]}


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (429, False), (404, True), (302, True)])
async def test_a_refusal_says_whether_to_try_again(clock: FixedClock, status: int, permanent: bool) -> None:
    async with http_receiver(status=status) as receiver:
        channel = open_channel(ChannelSettings("ops", "webhook", url=receiver.url), clock=clock)
        with pytest.raises(DeliveryFailed, match=str(status)) as refused:
            await channel.send(_NOTICE)
    assert refused.value.permanent == permanent
    assert len(receiver.bodies) == 1  # a redirect is not followed


async def test_nobody_there_is_worth_another_try(clock: FixedClock) -> None:
    async with http_receiver() as receiver:
        url = receiver.url
    with pytest.raises(DeliveryFailed) as refused:
        await open_channel(ChannelSettings("ops", "webhook", url=url), clock=clock).send(_NOTICE)
    assert not refused.value.permanent


def _email(port: int, **changes: object) -> ChannelSettings:
    values: dict[str, object] = {
        "host": "127.0.0.1", "port": port, "sender": "alerts@example.org", "recipients": ("ada@example.org",)
    }  # fmt: skip
    return ChannelSettings("mail", "email", **{**values, **changes})  # type: ignore[arg-type]


async def test_mail_goes_over_starttls_with_a_login(clock: FixedClock, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    async with mail_server(tls=context, login=("answerable", "opensesame")) as server:
        good = _email(server.port, username="answerable", password="opensesame", certificates=str(bundle))
        await open_channel(good, clock=clock).send(_NOTICE)
        wrong = _email(server.port, username="answerable", password="wrong", certificates=str(bundle))
        with pytest.raises(DeliveryFailed, match="535") as refused:
            await open_channel(wrong, clock=clock).send(_NOTICE)
        assert refused.value.permanent
        unknown = _email(server.port, username="answerable", password="opensesame")
        with pytest.raises(DeliveryFailed, match="certificate"):
            await open_channel(unknown, clock=clock).send(_NOTICE)
    (message,) = server.messages
    assert message["Subject"] == "[Answerable] Alert: errors"
    assert (message["From"], message["To"]) == ("alerts@example.org", "ada@example.org")
    assert _NOTICE.text in message.get_payload()


async def test_a_mail_server_without_tls_gets_nothing_unless_that_is_wanted(clock: FixedClock) -> None:
    async with mail_server() as server:
        with pytest.raises(DeliveryFailed, match="STARTTLS"):
            await open_channel(_email(server.port), clock=clock).send(_NOTICE)
        assert server.messages == []
        await open_channel(_email(server.port, tls="none"), clock=clock).send(_NOTICE)
        assert len(server.messages) == 1
