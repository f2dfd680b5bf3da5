"""What was handed in to a provider's batch API: noted at once, so that no process pays for it twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from answerable.answering.batches.journal import open_locked, read_whole_lines
from answerable.core.errors import InvalidInput
from answerable.llm.providers.types import BatchJob


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A job at the provider, and the ids of its requests."""

    job: BatchJob
    ids: frozenset[str]


class Ledger:
    """The jobs of one batch, in the order in which they were handed in. Use `open_ledger`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.jobs = [_read(line, file.name) for line in read_whole_lines(file)]

    def add(self, job: BatchJob, ids: Sequence[str]) -> None:
        """Note a job; it is on the disk when this returns."""
        self._file.write(json.dumps({"job": asdict(job), "ids": list(ids)}).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.jobs.append(HandedIn(job, frozenset(ids)))


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Raises Conflict when another run has it open, and InvalidInput when it is none."""
    with open_locked(path) as file:
        yield Ledger(file)


def _read(line: bytes, name: str) -> HandedIn:
    try:
        entry = json.loads(line)
        return HandedIn(BatchJob(**entry["job"]), frozenset(entry["ids"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{name} holds lines that no batch wrote.", hint="Move it away, or write to a new file."
        ) from error
