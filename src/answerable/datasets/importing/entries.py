"""The objects of a JSON file, whether it is an array, an array under some key, or one object a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.json_items import read_items
from answerable.datasets.importing.jsonl import read_json_lines
from answerable.datasets.types import Row


def read_entries(path: Path, *, keys: Sequence[str]) -> Iterator[tuple[str, dict[str, Any] | Row]]:
    """Yield the place and the value of each entry; a Row where it is no object. Raises InvalidInput."""
    found = read_json_lines(path) if path.suffix in {".jsonl", ".ndjson"} else _read_array(path, keys)
    for place, value in found:
        if isinstance(value, Row | dict):
            yield place, value
        else:
            yield place, Row(place, problem="It is no JSON object.")


def _read_array(path: Path, keys: Sequence[str]) -> Iterator[tuple[str, Any]]:
    return (
        (f"line {line} (entry {n})", value) for n, (line, value) in enumerate(read_items(path, keys=keys), 1)
    )


def describe(error: Exception) -> str:
    """Return what was wrong with an entry, for the one who has to mend it."""
    if isinstance(error, InvalidInput):
        return " ".join(filter(None, [error.detail, error.hint]))
    if isinstance(error, KeyError):
        return f"It has no {error.args[0]!r}."
    return f"It is not as the format has it: {error}."
