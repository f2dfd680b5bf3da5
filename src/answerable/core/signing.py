"""Tokens that say something and prove who said it: a payload, an end, and an HMAC-SHA256 over both.

A token is `BODY.TAG`, each in base64url without padding: safe in a URL, readable by anyone, made by no one without the
secret. Each purpose has a key of its own, so that a token for one is worth nothing for another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final

from answerable.core.errors import Forbidden

MAX_TOKEN: Final = 4096
"""Characters of the longest token that is made or looked at."""


class TokenInvalid(Forbidden):
    code, title = "token_invalid", "The token is not valid"


class TokenExpired(Forbidden):
    code, title = "token_expired", "The token has expired"


class Signer:
    """Signs and reads tokens under one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("a signing secret has at least 32 bytes")
        self._secret = secret
        self._macs: dict[str, hmac.HMAC] = {}
        """By purpose, keyed and still empty. A copy of one costs less than a start, and never lets go of the
        interpreter, for which other threads may wait."""

    def sign(self, purpose: str, payload: dict[str, Any], expires: datetime) -> str:
        """Return a token that `read` takes until `expires`, to the second. Anyone can read what is in it."""
        body = _encode(json.dumps([int(expires.timestamp()), payload], separators=(",", ":")).encode())
        token = f"{body}.{self._tag(purpose, body)}"
        if len(token) > MAX_TOKEN:
            raise ValueError(f"a token has at most {MAX_TOKEN} characters")
        return token

    def read(self, purpose: str, token: str, now: datetime) -> dict[str, Any]:
        """Return the payload. Raises TokenInvalid unless it was signed here for this purpose, else TokenExpired."""
        body, _, tag = token.partition(".")
        if len(token) > MAX_TOKEN or not hmac.compare_digest(
            _to_bytes(tag), self._tag(purpose, body).encode()
        ):
            raise TokenInvalid("This link or token was not made by this server, or was changed on the way.")
        try:
            expires, payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error) as error:  # signed by a server with another format
            raise TokenInvalid("This link or token is of another version of the server.") from error
        if now.timestamp() >= expires:
            raise TokenExpired("This link or token has expired.", hint="Ask for a new one.")
        assert isinstance(payload, dict)
        return payload

    def _tag(self, purpose: str, body: str) -> str:
        keyed = self._macs.get(purpose)
        if keyed is None:
            key = hmac.digest(self._secret, purpose.encode(), hashlib.sha256)
            keyed = self._macs[purpose] = hmac.new(key, digestmod=hashlib.sha256)
        mac = keyed.copy()
        mac.update(_to_bytes(body))
        return _encode(mac.digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
