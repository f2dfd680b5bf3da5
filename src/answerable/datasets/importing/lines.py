"""The lines of a text file, each bounded, with the place of what is not UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from answerable.core.errors import InvalidInput
from answerable.datasets.content import MAX_BYTES

LONGEST: Final = 8 * MAX_BYTES
"""Bytes of a line, or of one entry of a JSON array: more than an example may have, with all its escapes."""
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading. Raises InvalidInput."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInput(
            f"{path.name} cannot be read: {error.strerror}.",
            hint="Give the path of a file.",
            code="unreadable",
        ) from error


def read_lines(path: Path, *, encoding: str = "utf-8-sig") -> Iterator[tuple[int, str | None, str]]:
    """Yield each line's number and text, or None and what is wrong with it. Raises InvalidInput."""
    with open_file(path) as file:
        number = 0
        while line := file.readline(LONGEST + 1):
            number += 1
            if len(line) > LONGEST:
                skipped = len(line) + _skip_line(file)
                yield number, None, _describe_length(skipped)
                continue
            yield number, *_decode(path, number, line, encoding)


def _decode(path: Path, number: int, line: bytes, encoding: str) -> tuple[str | None, str]:
    if number == 1 and line.startswith(_UTF16) and encoding == "utf-8-sig":
        raise InvalidInput(f"{path.name} is UTF-16.", hint="Save it as UTF-8.", code="not_utf8")
    try:
        text = line.decode(encoding if number == 1 or encoding != "utf-8-sig" else "utf-8")
    except LookupError as error:
        raise InvalidInput(
            f"There is no encoding {encoding!r}.",
            hint="Such as utf-8, cp1252 or latin-1.",
            code="unknown_encoding",
        ) from error
    except UnicodeDecodeError as error:
        return None, f"Byte {error.start + 1} of the line is not {_name(encoding)}. {_advise(path)}"
    return text, ""


def _advise(path: Path) -> str:
    other = ", or name its encoding (--encoding cp1252)" if path.suffix == ".csv" else ""
    return f"Save the file as UTF-8{other}."


def _name(encoding: str) -> str:
    return "UTF-8" if encoding == "utf-8-sig" else encoding


def _skip_line(file: BinaryIO) -> int:
    """Read to the end of a line without keeping it; return how many bytes those were."""
    skipped = 0
    while piece := file.readline(LONGEST):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _describe_length(size: int) -> str:
    return (
        f"It has {size / 1e6:,.0f} MB; an example has at most {MAX_BYTES / 1e6:,.0f} MB. Shorten its texts."
    )
