"""JSON lines in our own words: one example a line, as `answerable datasets export` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from answerable.core.errors import InvalidInput
from answerable.datasets.fields import read_example
from answerable.datasets.importing.lines import read_lines
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Row


def read_jsonl(path: Path, _: ImportOptions) -> Iterator[Row]:
    """Yield an example of each line."""
    for place, value in read_json_lines(path):
        if isinstance(value, Row):
            yield value
            continue
        try:
            yield Row(place, read_example(value))
        except InvalidInput as error:
            yield Row(place, problem=" ".join(filter(None, [error.detail, error.hint])))


def read_json_lines(path: Path) -> Iterator[tuple[str, Any | Row]]:
    """Yield the place and the value of each line that is not empty; a Row where it is no JSON."""
    for number, text, problem in read_lines(path):
        place = f"line {number}"
        if text is None:
            yield place, Row(place, problem=problem)
        elif text.strip():
            yield place, _parse(place, text)


def _parse(place: str, text: str) -> Any | Row:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return Row(place, problem=f"It is no JSON: {error}.")
