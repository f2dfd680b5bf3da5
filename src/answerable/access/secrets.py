"""API keys as text: made, recognised, hashed.

A key is 32 random bytes, so a plain SHA-256 is a safe way to store it: there is no dictionary to try.
"""

from __future__ import annotations

import hashlib
import secrets

_PREFIX = "ans_"
_SHOWN = 10


def new_secret() -> str:
    """Return a fresh key such as `ans_k3J...` (47 characters)."""
    return _PREFIX + secrets.token_urlsafe(32)


def shown_prefix(secret: str) -> str:
    """Return the start of a key, enough to recognise it in a list."""
    return secret[:_SHOWN]


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
