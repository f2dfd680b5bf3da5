"""The two files of a batch: answers, and rows that failed. What stands in either is settled.

Each line is written at once and whole, so what a `kill -9` leaves is complete lines and at most one torn one, which
the next run cuts off. A lock keeps a second run away from the same files.
"""

from __future__ import annotations

import fcntl
import json
import os
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from answerable.answering.batches.types import Row
from answerable.core.errors import Conflict, InvalidInput

_SETTLED = 1 << 32


class Journal:
    """Both files, open for appending. Use `open_journal`.

    Of each settled row it keeps eight bytes, by its line: whether it is there, and the digest of its text. `settled`
    counts them all, `failed` those among them that failed.
    """

    def __init__(self, answers: BinaryIO, failures: BinaryIO) -> None:
        self._answers = answers
        self._failures = failures
        self._digests = array("Q")
        self.settled = self.failed = 0
        for line, digest in _recover(answers):
            self._add(line, digest)
        for line, digest in _recover(failures):
            self.failed += self._add(line, digest)

    def is_settled(self, row: Row) -> bool:
        """Return whether the row needs nothing more. Raises InvalidInput when its line was another one then."""
        found = self._digests[row.line] if row.line < len(self._digests) else 0
        if found and found != _SETTLED | int(row.digest, 16):
            raise InvalidInput(
                f"Line {row.line} of the rows has changed since it was settled in {self._answers.name}.",
                hint="Write the answers to a new file, or bring the old rows back.",
            )
        return bool(found)

    def write_answer(self, row: Row, answer: Mapping[str, Any]) -> None:
        self._write(self._answers, row, answer)

    def write_failure(self, row: Row, failure: Mapping[str, Any]) -> None:
        self._write(self._failures, row, failure)
        self.failed += 1

    def _write(self, file: BinaryIO, row: Row, values: Mapping[str, Any]) -> None:
        # Escaped to ASCII: a lone surrogate of an id has no other way to stand in a file.
        text = json.dumps({"id": row.id, "line": row.line, "row": row.digest, **values})
        file.write(text.encode() + b"\n")
        file.flush()
        self._add(row.line, int(row.digest, 16))

    def _add(self, line: int, digest: int) -> bool:
        """Note a settled line; return whether it is new."""
        missing = line + 1 - len(self._digests)
        if missing > 0:
            self._digests.extend([0] * missing)
        new = not self._digests[line]
        self.settled += new
        self._digests[line] = _SETTLED | digest
        return new


@contextmanager
def open_journal(answers: Path, failures: Path, *, retry_failed: bool = False) -> Iterator[Journal]:
    """Open the files, making them where they are not, and read what an earlier run has settled.

    With `retry_failed` the failures of earlier are forgotten, and their rows run again. Raises Conflict when
    another run has the files open, and InvalidInput when they hold something else.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(open_locked(path)) for path in (answers, failures)]
        if retry_failed:
            files[1].truncate(0)
        yield Journal(files[0], files[1])
        for file in files:
            os.fsync(file.fileno())


@contextmanager
def open_locked(path: Path) -> Iterator[BinaryIO]:
    """Open a file for appending that no other process has open so. Raises Conflict and InvalidInput."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {error.strerror}.",
            hint="Give the path of a file that may be written.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                f"Another batch is writing {path}.", hint="Wait for it to end, or write to another file."
            ) from error
        yield file


def _recover(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield the settled lines of a file with their digests, then cut off a last line without an end."""
    return (_read_place(text, file.name) for text in read_whole_lines(file))


def read_whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file that was appended to, then cut off a last one without an end."""
    end = 0
    file.seek(0)
    for text in file:
        if not text.endswith(b"\n"):
            break
        yield text
        end += len(text)
    file.truncate(end)


def _read_place(text: bytes, name: str) -> tuple[int, int]:
    try:
        entry = json.loads(text)
        line, digest = int(entry["line"]), int(entry["row"], 16)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{name} holds lines that no batch wrote.", hint="Write to a new file, or move this one away."
        ) from error
    return line, digest & 0xFFFFFFFF
