"""The entries of an array in a JSON file, one at a time: a file of any size takes the memory of one entry."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.lines import LONGEST, open_file

_PIECE: Final = 1 << 16
_SPACE: Final = " \t\r\n"
_MOST: Final = 8 * LONGEST
"""Characters of one entry: of SQuAD an article with all its questions."""


def read_items(path: Path, *, keys: Sequence[str] = ()) -> Iterator[tuple[int, Any]]:
    """Yield the line and the value of each entry of the array at the top, or under `keys`, one within the other.

    Raises InvalidInput for what is not JSON, or has no array there.
    """
    with open_file(path) as file:
        text = _Text(file, path.name)
        if text.peek() == "{":
            for key in keys:
                text.enter(key)
        if text.peek() != "[":
            where = f" under {'.'.join(keys)!r}" if keys else ""
            raise _refuse(path.name, f"it has no list{where}")
        text.take()
        while text.peek() != "]":
            line = text.line
            yield line, text.read_value()
            if text.peek() == ",":
                text.take()


class _Text:
    """The part of a file that is looked at, which moves on."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._parser = json.JSONDecoder()
        self._text = ""
        self._place = 0
        self._ended = False
        self.line = 1

    def peek(self) -> str:
        """Return the next character that is no space."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACE:
                self._move(self._place + 1)
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._grow():
                raise _refuse(self._name, "it breaks off", self.line)

    def take(self) -> str:
        """Return the next character that is no space, and go beyond it."""
        character = self.peek()
        self._move(self._place + 1)
        return character

    def enter(self, key: str) -> None:
        """Go to the value of a key of the object that begins here."""
        if self.take() != "{":
            raise _refuse(self._name, f"it has no {key!r}")
        while self.peek() == '"':
            name = self.read_value()
            if self.take() != ":":
                raise _refuse(self._name, "a colon is missing", self.line)
            if name == key:
                return
            self.read_value()
            if self.peek() == ",":
                self.take()
        raise _refuse(self._name, f"it has no {key!r}")

    def read_value(self) -> Any:
        """Return the value that begins here, and go beyond it."""
        self.peek()
        while True:
            try:
                value, end = self._parser.raw_decode(self._text, self._place)
                if end < len(self._text) or not self._grow():  # a number may go on in what was not read yet
                    self._move(end)
                    return value
            except RecursionError as error:
                raise _refuse(self._name, "it is nested too deeply", self.line) from error
            except json.JSONDecodeError as error:
                if not self._grow():
                    raise _refuse(self._name, error.msg, self.line + self._count(error.pos)) from error

    def _grow(self) -> bool:
        """Read on; return whether there was more."""
        if len(self._text) - self._place > _MOST:
            raise _refuse(self._name, f"an entry has more than {_MOST / 1e6:,.0f} MB", self.line)
        self._text = self._text[self._place :]
        self._place = 0
        piece = self._file.read(max(_PIECE, len(self._text)))
        try:
            self._text += self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line = self.line + self._text.count("\n") + piece[: error.start].count(b"\n")
            raise _refuse(self._name, "it is not UTF-8", line) from error
        return bool(piece)

    def _count(self, end: int) -> int:
        return self._text.count("\n", self._place, end)

    def _move(self, end: int) -> None:
        self.line += self._count(end)
        self._place = end


def _refuse(name: str, problem: str, line: int | None = None) -> InvalidInput:
    where = "" if line is None else f", line {line}"
    return InvalidInput(f"{name}{where}: {problem}.", hint="It must be valid JSON.", code="invalid_file")
