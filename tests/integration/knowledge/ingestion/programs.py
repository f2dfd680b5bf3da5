"""What the reading processes of these tests run: they import it by name, so it is a module of its own."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.parsing.parse import parse_item
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.sources.types import SourceItem, SourceProblem
from answerable.knowledge.types import ParsedDocument

DIMENSIONS = 384


class LoggingEmbedder:
    """Gives every text a vector of its own, quickly, and writes down that it was asked."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def embed(self, text: str) -> NDArray[np.float32]:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        with self._log.open("a") as log:
            log.write(digest.hex() + "\n")
        vector = np.random.default_rng(list(digest)).standard_normal(DIMENSIONS)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


class SlowEmbedder(LoggingEmbedder):
    """Takes two milliseconds of work a text, so that a run lasts."""

    def embed(self, text: str) -> NDArray[np.float32]:
        hashlib.pbkdf2_hmac("sha256", text.encode("utf-8", "replace"), b"", 5_000)
        return super().embed(text)


def parse_with_faults(
    item: SourceItem, limits: ParseLimits, *, problems: list[SourceProblem] | None = None
) -> Iterator[ParsedDocument]:
    """Crash on sources called so, hang on others, eat memory on a third kind, and read the rest."""
    name = item.uri.rpartition("/")[2]
    if name == "crash.md":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "hang.md":
        threading.Event().wait()
    if name == "greedy.md":
        hoard = [bytearray(os.urandom(1 << 20) * 64) for _ in range(100)]
        threading.Event().wait(len(hoard) * 60.0)
    yield from parse_item(item, limits, problems=problems)
