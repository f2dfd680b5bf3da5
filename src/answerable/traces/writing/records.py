"""Records in a file: each with its length, a checksum and how many traces are in it.

A file that a process was writing when it died may end in half a record; what is before it is whole.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_HEAD: Final = struct.Struct(">4sIII")
"""A mark, the length of what follows, its CRC-32, and the number of traces."""
_MARK: Final = b"ATR1"
_LEVEL: Final = 1
"""The quickest compression; traces shrink to a fourth or less."""


class Record(NamedTuple):
    """`offset` is where it begins in its file. `content` is None when its checksum is wrong."""

    offset: int
    traces: int
    content: bytes | None


def pack(content: bytes, *, traces: int) -> bytes:
    """Return a whole record of so many traces."""
    packed = zlib.compress(content, _LEVEL)
    return _HEAD.pack(_MARK, len(packed), zlib.crc32(packed), traces) + packed


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file up to its end, or up to half a record. Raises OSError."""
    with path.open("rb") as file:
        offset = 0
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            mark, length, checksum, traces = _HEAD.unpack(head)
            packed = file.read(length)
            if mark != _MARK or len(packed) < length:
                return
            whole = zlib.crc32(packed) == checksum
            yield Record(offset, traces, zlib.decompress(packed) if whole else None)
            offset += _HEAD.size + length


def count_traces(path: Path) -> int:
    """Return how many traces a file holds in records that are not cut off; reads their heads alone. Raises OSError."""
    size, count, end = path.stat().st_size, 0, 0
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            mark, length, _, traces = _HEAD.unpack(head)
            end += _HEAD.size + length
            if mark != _MARK or end > size:
                break
            count += traces
            file.seek(end)
    return count
