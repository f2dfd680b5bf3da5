"""Files for what the database does not take at once: appended to in order, replayed in order, then removed.

Written is what the kernel has: it survives the death of the process, and not that of the machine.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple

from answerable.traces.writing.records import Record, count_traces, pack, read_records
from answerable.traces.writing.spill_folder import LockedFolders

_log = logging.getLogger(__name__)

_SEGMENT_BYTES: Final = 8 << 20
"""A file is closed at this size, so that what was replayed can be removed while more is written."""


class Place(NamedTuple):
    """Where a record begins, and how many traces it has."""

    segment: Path
    offset: int
    traces: int


@dataclass(slots=True)
class _Segment:
    """One file. `left` is how many of its traces are still to be replayed."""

    path: Path
    size: int
    left: int


class SpillFull(OSError):  # noqa: N818
    """The files have reached the bound that the settings give them."""


class Spill:
    """The spill files of this process and of dead ones. Blocking, and one call at a time.

    `damaged` counts the traces that could not be read again.
    """

    def __init__(self, root: Path, *, max_bytes: int, segment_bytes: int = _SEGMENT_BYTES) -> None:
        self.damaged = 0
        self._max_bytes = max_bytes
        self._segment_bytes = segment_bytes
        self._folders = LockedFolders(root)
        self._own: Path | None = None
        self._segments: deque[_Segment] = deque()
        """In the order of their replay; the last one may be open and grow."""
        self._open: FileIO | None = None
        self._number = 0
        self._written: set[Place] = set()
        self._reader: Iterator[Record] | None = None
        self._current: Record | None = None
        self._read_to = 0
        """Where the reader of the oldest file is."""

    @property
    def waiting(self) -> int:
        """Return how many traces are in the files."""
        return sum(segment.left for segment in [*self._segments])

    def append(self, content: bytes, *, traces: int) -> Place:
        """Add a record of so many traces. Raises OSError; it is not in the file then."""
        record = pack(content, traces=traces)
        if sum(segment.size for segment in self._segments) + len(record) > self._max_bytes:
            raise SpillFull(f"the spill files have reached their bound of {self._max_bytes} bytes")
        file = self._open or self._open_segment()
        segment = self._segments[-1]
        try:
            _write_all(file, record)
        except OSError:
            self._give_up(file, segment)
            raise
        place = Place(segment.path, segment.size, traces)
        segment.size += len(record)
        segment.left += traces
        if segment.size >= self._segment_bytes:
            self._close_segment()
        return place

    def note_written(self, place: Place) -> None:
        """The record has got into the database meanwhile: it is not to be replayed, unless that has begun."""
        for segment in self._segments:
            if segment.path == place.segment and place.offset >= self._unread(segment):
                segment.left -= place.traces
                self._written.add(place)

    def peek(self) -> Record | None:
        """Return the oldest record that is still to be replayed, the same one until `pop`; None when there is none."""
        while self._current is None and self._segments:
            self._current = self._read_next()
        return self._current

    def pop(self) -> None:
        """Forget the record that `peek` returned."""
        if self._current is not None:
            self._segments[0].left -= self._current.traces
            self._current = None

    def adopt(self) -> int:
        """Take over the files of dead processes, and return how many traces are in them. Raises OSError."""
        adopted = 0
        for folder in self._folders.take_over():
            found = [
                _Segment(path, path.stat().st_size, count_traces(path))
                for path in sorted(folder.glob("*.spill"))
            ]
            if not found:
                self._folders.remove(folder)
            self._close_segment()
            self._segments.extend(found)
            adopted += sum(segment.left for segment in found)
        return adopted

    def close(self) -> None:
        """Let others take over what is left; files of which nothing is go."""
        self._close_segment()
        for segment in self._segments:
            if not segment.left:
                segment.path.unlink(missing_ok=True)
        self._folders.release()
        self._segments.clear()
        self._own = self._reader = self._current = None
        self._read_to = 0

    def _read_next(self) -> Record | None:
        """Return the next record of the oldest file; None when there was none and the file is forgotten."""
        segment = self._segments[0]
        if self._reader is None:
            if len(self._segments) == 1:
                self._close_segment()
            self._reader = read_records(segment.path)
        try:
            for record in self._reader:
                self._read_to = record.offset + 1
                if record.content is not None and Place(segment.path, *record[:2]) not in self._written:
                    return record
        except OSError:
            _log.exception("%s cannot be read.", segment.path)
        self._forget_oldest()
        return None

    def _unread(self, segment: _Segment) -> int:
        """Return from which offset on nothing of a file was read."""
        return self._read_to if segment is self._segments[0] else 0

    def _forget_oldest(self) -> None:
        segment, self._reader, self._read_to = self._segments.popleft(), None, 0
        if segment.left:
            self.damaged += segment.left
            _log.error("%d traces are lost: %s is damaged.", segment.left, segment.path)
        self._written = {place for place in self._written if place.segment != segment.path}
        segment.path.unlink(missing_ok=True)
        folder = segment.path.parent
        if folder != self._own and all(other.path.parent != folder for other in self._segments):
            self._folders.remove(folder)

    def _open_segment(self) -> FileIO:
        if self._own is None:
            self._own = self._folders.make()
        self._number += 1
        path = self._own / f"{self._number:08}.spill"
        try:
            self._open = FileIO(path, "x")
        except FileNotFoundError:
            self._own = None  # somebody removed it; the next try makes another
            raise
        self._segments.append(_Segment(path, 0, 0))
        return self._open

    def _give_up(self, file: FileIO, segment: _Segment) -> None:
        """Begin another file with the next record: half a record may only be at the end of one."""
        with suppress(OSError):
            file.truncate(segment.size)
        self._close_segment()
        if not segment.size:
            self._segments.remove(segment)
            segment.path.unlink(missing_ok=True)

    def _close_segment(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def count_spilled(root: Path) -> int:
    """Return how many traces are in the files of all processes. Blocking."""
    count = 0
    for path in root.glob("*/*.spill"):
        with suppress(OSError):  # replayed and removed meanwhile
            count += count_traces(path)
    return count


def _write_all(file: FileIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
