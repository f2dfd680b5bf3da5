"""An export written to a file or to standard output, whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from answerable.core.errors import InvalidInput
from answerable.traces.exporting.registry import FORMATS, create_encoder
from answerable.traces.exporting.service import export
from answerable.traces.exporting.types import Encoder
from answerable.traces.types import Trace


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes, and in which format."""

    file: BinaryIO
    encoder: Encoder


@contextmanager
def open_target(path: Path | None, format: str | None) -> Iterator[Target]:
    """Open where an export goes. A file is there under its name only when the export is complete.

    Raises InvalidInput for a format that there is not, or that a terminal cannot show.
    """
    chosen = format or _guess(path)
    encoder = create_encoder(chosen)
    if path is None:
        if chosen != "jsonl" and sys.stdout.isatty():
            raise InvalidInput(f"A terminal cannot show {chosen}.", hint="Name a file with --to.")
        yield Target(sys.stdout.buffer, encoder)
        return
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield Target(file, encoder)
        os.replace(partial, path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


async def send(batches: AsyncIterator[Sequence[Trace]], target: Target) -> int:
    """Write all batches and return how many runs they had."""
    count = 0

    async def counted() -> AsyncIterator[Sequence[Trace]]:
        nonlocal count
        async for batch in batches:
            yield batch
            count += len(batch)

    async for piece in export(counted(), target.encoder):
        target.file.write(piece)
    target.file.flush()
    return count


def _guess(path: Path | None) -> str:
    """Return the format that a file's name says, else jsonl."""
    suffixes = {format.suffix: name for name, format in FORMATS.items()}
    return suffixes.get(path.suffix.lower(), "jsonl") if path else "jsonl"
