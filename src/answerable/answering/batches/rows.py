"""The rows of a batch: JSON lines, read one at a time. A line that is no row is a row with a fault."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from answerable.answering.batches.types import Row
from answerable.answering.fields import FILES
from answerable.apps.content import InputField
from answerable.core.errors import InvalidInput, TooLarge

MAX_LINE_BYTES = 64 << 20
_ADDRESSES = ("https://", "http://", "data:")


def count_rows(path: Path) -> int:
    """Count the rows without reading them. Raises InvalidInput when the file cannot be read."""
    return sum(1 for _, line in _read_lines(path) if line)


def read_rows(path: Path, fields: Mapping[str, InputField]) -> Iterator[Row]:
    """Yield the rows in order. Blank lines are none. A file of a row is read by `open_files`."""
    for number, line in _read_lines(path):
        if line:
            yield _read_row(number, line, fields)


def open_files(input: Mapping[str, Any], fields: Mapping[str, InputField], folder: Path) -> dict[str, Any]:
    """Return the input with its files: what is no address is a path from `folder`. Reads the disk.

    Raises InvalidInput when there is no such file.
    """
    values = dict(input)
    for name, value in values.items():
        field = fields.get(name)
        if field is None or field.type not in FILES or not isinstance(value, str):
            continue
        if not value.startswith(_ADDRESSES):
            values[name] = read_file(folder / value, name)
    return values


def read_file(path: Path, name: str) -> bytes:
    """Return the bytes of a file of the input. Raises InvalidInput."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{name}: the file {path} cannot be read: {error}.", hint="Give the path of a file."
        ) from error


def _read_row(number: int, line: bytes, fields: Mapping[str, InputField]) -> Row:
    digest = f"{zlib.crc32(line):08x}"
    if len(line) > MAX_LINE_BYTES:
        return Row(number, number, digest, fault=TooLarge(f"The line is over {MAX_LINE_BYTES} bytes."))
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Row(number, number, digest, fault=_no_row(f"The line is not JSON: {error}."))
    if not isinstance(row, dict):
        return Row(number, number, digest, fault=_no_row("The line is JSON, but not an object."))
    name = row.get("id")
    if "id" not in fields:
        row.pop("id", None)
    # `true` is an int to Python, and no id to anybody.
    if not isinstance(name, str | int) or isinstance(name, bool):
        name = number
    return Row(number, name, digest, row)


def _no_row(detail: str) -> InvalidInput:
    return InvalidInput(
        detail, hint="Write each row as one line of JSON, with the app's fields.", code="bad_row"
    )


def _read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield line numbers and lines without white space around them. Of an endless line only the start is kept."""
    number = 0
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES + 2):
                number += 1
                yield number, line.strip()
                if not line.endswith(b"\n"):
                    _pass_over_line(file)
    except OSError as error:
        raise InvalidInput(
            f"The rows {path} cannot be read: {error.strerror}.",
            hint="Give the path of a file of JSON lines.",
        ) from error


def _pass_over_line(file: BinaryIO) -> None:
    while (part := file.readline(MAX_LINE_BYTES)) and not part.endswith(b"\n"):
        pass
