"""Answers in memory, bounded by their size: the one used least recently goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from sys import getsizeof
from typing import Final

from answerable.answering.types import Answer

_ANSWER_BYTES: Final = 1_500
_HIT_BYTES: Final = 1_000
_CITATION_BYTES: Final = 300
"""What the objects weigh beside their texts; with eight passages the sum is a sixth above what was measured."""
_PARSED: Final = 6
"""How many times its text the objects of a JSON answer weigh, the text included."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`expires_at` is Unix time."""

    answer: Answer
    expires_at: float
    size: int


class AnswerMemory:
    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def used_bytes(self) -> int:
        return self._bytes

    def find(self, digest: bytes, now: float) -> Answer | None:
        entry = self._entries.get(digest)
        if entry is None:
            return None
        if entry.expires_at <= now:
            self._drop(digest)
            return None
        self._entries.move_to_end(digest)
        return entry.answer

    def put(self, digest: bytes, answer: Answer, expires_at: float) -> None:
        """Keep an answer; one that would take an eighth of the room is not kept."""
        size = measure(answer)
        self._drop(digest)
        if size > self._max_bytes // 8:
            return
        self._entries[digest] = Entry(answer, expires_at, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def delete_of_traces(self, trace_ids: Collection[str]) -> None:
        """Forget the answers that these runs made."""
        for digest in [
            digest for digest, entry in self._entries.items() if entry.answer.trace_id in trace_ids
        ]:
            self._drop(digest)

    def _drop(self, digest: bytes) -> None:
        entry = self._entries.pop(digest, None)
        if entry is not None:
            self._bytes -= entry.size


def measure(answer: Answer) -> int:
    """Return about how many bytes an answer takes in memory."""
    size = _ANSWER_BYTES + getsizeof(answer.answer) * (1 if answer.data is None else _PARSED)
    size += sum(_HIT_BYTES + getsizeof(hit.text) for hit in answer.sources)
    size += sum(_CITATION_BYTES + getsizeof(citation.sentence) for citation in answer.citations)
    return size
