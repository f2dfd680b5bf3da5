"""CSV with a header. Columns with our names, or with the names that people give them, or mapped by `--column`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.datasets.content import MAX_BYTES
from answerable.datasets.fields import read_example
from answerable.datasets.importing.lines import read_lines
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.importing.values import read_json_or_text
from answerable.datasets.types import Row

_MEANINGS: Final[Mapping[str, str]] = {
    "question": "input.question",
    "query": "input.question",
    "prompt": "input.question",
    "input": "input.question",
    "inputs": "input.question",
    "expected": "expected",
    "expected_output": "expected",
    "answer": "expected",
    "reference": "expected",
    "ground_truth": "expected",
    "acceptable": "acceptable",
    "refuse": "refuse",
    "evidence": "evidence",
    "context": "evidence",
    "contexts": "evidence",
    "source": "evidence.uri",
    "tags": "tags",
    "weight": "weight",
    "split": "split",
    "key": "key",
    "id": "key",
    "name": "key",
}
"""What a column holds, by its name in lower case; any other is kept in the metadata."""
_TARGETS: Final = (*dict.fromkeys(_MEANINGS.values()), "input.NAME", "metadata.NAME")
_LISTS: Final = {"acceptable": "|", "tags": ","}
_TRUE: Final = frozenset({"true", "yes", "1", "x"})
_FALSE: Final = frozenset({"false", "no", "0", ""})


def read_csv(path: Path, options: ImportOptions) -> Iterator[Row]:
    """Yield an example of each row."""
    for place, cells in read_records(path, options, check=partial(_check_header, path, options.columns)):
        yield cells if isinstance(cells, Row) else _read(place, cells, options.columns)


def read_records(
    path: Path, options: ImportOptions, *, check: Callable[[Sequence[str]], None] | None = None
) -> Iterator[tuple[str, dict[str, str] | Row]]:
    """Yield the place of each row and its cells by column; a Row where it cannot be read.

    `check` sees the header first. Raises InvalidInput.
    """
    csv.field_size_limit(MAX_BYTES)
    lines = _Lines(path, options)
    try:
        yield from _read_records(next(lines, ""), lines, check)
    except _Unreadable as error:
        place = f"line {error.line}"
        yield place, Row(place, problem=f"{error} What follows was not read.")


def _read_records(
    header: str, lines: Iterator[str], check: Callable[[Sequence[str]], None] | None
) -> Iterator[tuple[str, dict[str, str] | Row]]:
    reader = csv.reader(chain([header], lines), delimiter=_guess_delimiter(header), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if check is not None:
            check(names)
        while True:
            place = f"line {reader.line_num + 1}"
            cells = next(reader, None)
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield place, _pair(place, names, cells)
    except csv.Error as error:
        place = f"line {reader.line_num}"
        yield place, Row(place, problem=_describe(error))


class _Unreadable(Exception):  # noqa: N818 - private, and never leaves this module
    """A line that is too long, or in another encoding; where the next row begins is not known then."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class _Lines:
    """The lines of a file, until one cannot be read."""

    def __init__(self, path: Path, options: ImportOptions) -> None:
        self._lines = read_lines(path, encoding=options.encoding)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, text, problem = next(self._lines)
        if text is None:
            raise _Unreadable(number, problem)
        return text


def _guess_delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _check_header(path: Path, columns: Mapping[str, str], names: Sequence[str]) -> None:
    for target, column in columns.items():
        if target not in _MEANINGS.values() and not target.startswith(("input.", "metadata.")):
            raise InvalidInput(
                f"No column can be {target!r}.",
                hint=suggest(target, _TARGETS) or f"It is one of {', '.join(_TARGETS)}.",
                code="invalid_column",
            )
        if column not in names:
            raise InvalidInput(
                f"{path.name} has no column {column!r}.",
                hint=suggest(column, names) or f"It has {', '.join(names)}.",
                code="unknown_column",
            )
    meant = {_find_target(name, columns) for name in names}
    if not any(target.startswith("input.") for target in meant):
        raise InvalidInput(
            f"{path.name} has no column for the input: it has {', '.join(names) or 'no header'}.",
            hint="Call it `question`, or say which it is: --column input.question=NAME.",
            code="unknown_column",
        )


def _find_target(name: str, columns: Mapping[str, str]) -> str:
    """Return what a column holds."""
    for target, column in columns.items():
        if column == name:
            return target
    plain = name.lower().replace(" ", "_").replace("-", "_")
    if name.startswith(("input.", "metadata.")):
        return name
    target = _MEANINGS.get(plain, f"metadata.{name}")
    return f"metadata.{name}" if target in columns else target


def _pair(place: str, names: Sequence[str], cells: Sequence[str]) -> dict[str, str] | Row:
    if len(cells) > len(names):
        return Row(
            place, problem=f"It has {len(cells)} cells, the header {len(names)}. Quote cells with commas."
        )
    return dict(zip(names, cells, strict=False))


def _read(place: str, cells: Mapping[str, str], columns: Mapping[str, str]) -> Row:
    values: dict[str, Any] = {"input": {}, "metadata": {}, "provenance": {"source": "import:csv"}}
    try:
        for name, cell in cells.items():
            if cell.strip():
                _place(values, _find_target(name, columns), cell)
        return Row(place, read_example(values))
    except InvalidInput as error:
        return Row(place, problem=" ".join(filter(None, [error.detail, error.hint])))


def _place(values: dict[str, Any], target: str, cell: str) -> None:
    """Put a cell where it belongs."""
    group, _, name = target.partition(".")
    if target == "evidence.uri":
        values.setdefault("evidence", []).append({"text": "", "uri": cell.strip()})
    elif group in {"input", "metadata"}:
        value = read_json_or_text(cell)
        whole = target == "input.question" and isinstance(value, dict)
        values[group].update(value if whole else {name: value})
    elif group == "evidence":
        values.setdefault("evidence", []).extend(_read_evidence(read_json_or_text(cell)))
    elif group in _LISTS:
        values[group] = _read_list(cell, _LISTS[group])
    elif group == "refuse":
        values[group] = _read_truth(cell)
    else:
        values[group] = read_json_or_text(cell) if group == "expected" else cell.strip()


def _read_evidence(value: Any) -> list[Any]:
    entries = value if isinstance(value, list) else [value]
    return [entry if isinstance(entry, dict) else {"text": str(entry)} for entry in entries]


def _read_list(cell: str, separator: str) -> Any:
    value = read_json_or_text(cell)
    return value if isinstance(value, list) else [one.strip() for one in cell.split(separator) if one.strip()]


def _read_truth(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _TRUE | _FALSE:
        raise InvalidInput(
            f"{cell[:40]!r} is neither true nor false.", hint="Write true or false in `refuse`."
        )
    return word in _TRUE


def _describe(error: csv.Error) -> str:
    if "field larger than field limit" in str(error):
        return f"A cell has more than {MAX_BYTES / 1e6:.0f} MB. Shorten its text; what follows was not read."
    return f"It is no valid CSV: {error}. What follows was not read."
