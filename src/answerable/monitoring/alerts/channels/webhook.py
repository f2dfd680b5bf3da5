"""Notices as JSON to a URL, signed in three headers (`webhook-*`) as Standard Webhooks, version 1.0.0, has it.

The address is the operator's, from the settings, and may be in the inner network: the rules that keep users of the API
from naming such addresses do not hold here. Redirects are not followed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any, Final

import httpx

from answerable.core.clock import Clock
from answerable.monitoring.alerts.types import DeliveryFailed, Notice

_SECONDS: Final = 10.0
_SECRET_PREFIX: Final = "whsec_"  # noqa: S105
_WORTH_TRYING_AGAIN: Final = frozenset({408, 425, 429})
_MOST_SHOWN: Final = 200


class WebhookChannel:
    """POSTs each notice, signed with a key (see `read_key`) unless there is none."""

    def __init__(self, url: str, *, key: bytes | None, clock: Clock, seconds: float = _SECONDS) -> None:
        self._url = url
        self._key = key
        self._clock = clock
        self._seconds = seconds

    async def send(self, notice: Notice) -> None:
        body = json.dumps(_render(notice), ensure_ascii=False).encode()
        await post(self._url, body, headers=self._sign(notice.id, body), seconds=self._seconds)

    def _sign(self, id: str, body: bytes) -> dict[str, str]:
        if self._key is None:
            return {"webhook-id": id}
        timestamp = str(int(self._clock.now().timestamp()))
        tag = hmac.digest(self._key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
        signature = f"v1,{base64.b64encode(tag).decode()}"
        return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}


async def post(url: str, body: bytes, *, headers: dict[str, str], seconds: float) -> None:
    """POST JSON. Raises DeliveryFailed unless it is answered with 2xx in time."""
    headers = {"Content-Type": "application/json", "User-Agent": "answerable", **headers}
    try:
        async with httpx.AsyncClient(timeout=seconds) as client:
            answer = await client.post(url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryFailed(f"{type(error).__name__}: {error}") from error
    if not answer.is_success:
        status = answer.status_code
        again = status >= 500 or status in _WORTH_TRYING_AGAIN
        raise DeliveryFailed(f"HTTP {status}: {answer.text[:_MOST_SHOWN]}", permanent=not again)


def _render(notice: Notice) -> dict[str, Any]:
    return {
        "type": f"alert.{'recovered' if notice.state == 'ok' else notice.state}",
        "timestamp": notice.at.isoformat(),
        "data": {"alert": notice.alert, "text": notice.text, **notice.details},
    }


def read_key(secret: str) -> bytes | None:
    """Return the key of a secret: base64 after `whsec_`, as it is otherwise. None when it is not base64."""
    if not secret.startswith(_SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error:
        return None
