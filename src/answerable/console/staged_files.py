"""Files that a browser sent for a trial: kept in its session until the trial takes them."""

from __future__ import annotations

import secrets
from collections import OrderedDict

MAX_BYTES = 16 << 20
"""Bytes of all files of one session; the oldest go first."""


class StagedFiles:
    """A few files by token, each taken once."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def put(self, content: bytes) -> str:
        """Keep a file of at most MAX_BYTES and return its token."""
        while self._files and sum(map(len, self._files.values())) + len(content) > MAX_BYTES:
            self._files.popitem(last=False)
        token = secrets.token_urlsafe(12)
        self._files[token] = content
        return token

    def take(self, token: str) -> bytes | None:
        return self._files.pop(token, None)
