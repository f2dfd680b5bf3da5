"""Examples of a Phoenix dataset: an answer of its API, JSON lines, its files for OpenAI, or CSV.

The CSV has `input_...`, `output_...` and `metadata_...` columns; objects in its cells are as Python writes them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.csv_file import read_records
from answerable.datasets.importing.entries import describe, read_entries
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.importing.values import read_expected, read_input, read_json_or_text, read_metadata
from answerable.datasets.types import Example, Provenance, Row

_GROUPS: Final = ("input", "output", "metadata")
_IDS: Final = ("example_id", "id", "__example_index__")
_LONGEST_LITERAL: Final = 200_000
"""Characters of a cell that is read as Python writes it: its parser takes many times the memory of JSON's."""


def read_phoenix(path: Path, options: ImportOptions) -> Iterator[Row]:
    """Yield an example of each example of the export."""
    for place, value in _read_examples(path, options):
        if isinstance(value, Row):
            yield value
            continue
        try:
            yield Row(place, _read(_split_messages(value)))
        except InvalidInput as error:
            yield Row(place, problem=describe(error))


def _read_examples(path: Path, options: ImportOptions) -> Iterator[tuple[str, Mapping[str, Any] | Row]]:
    if path.suffix != ".csv":
        yield from read_entries(path, keys=("data", "examples"))
        return
    for place, cells in read_records(path, options):
        yield place, cells if isinstance(cells, Row) else _group(cells)


def _group(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells of `input_question`, `input.question` ... as `{input: {question: ...}}`."""
    example: dict[str, Any] = {group: {} for group in _GROUPS}
    for name, cell in cells.items():
        group = next((one for one in _GROUPS if name.startswith((f"{one}_", f"{one}."))), None)
        if name in _IDS:
            example["id"] = cell
        elif cell and group:
            example[group][name[len(group) + 1 :]] = _read_cell(cell)
        elif cell:
            target = name if name in _GROUPS else "metadata"
            example[target][name if target == "metadata" else "question"] = _read_cell(cell)
    return example


def _read_cell(cell: str) -> Any:
    """Return what a cell holds: the CSV of Phoenix has objects and lists with single quotes and None."""
    value = read_json_or_text(cell)
    if not isinstance(value, str) or cell[:1] not in {"{", "["} or len(cell) > _LONGEST_LITERAL:
        return value
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return cell


def _split_messages(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a line of its files for OpenAI as an example: for evals with `ideal`, for fine-tuning with the answer as
    the last message."""
    messages = value.get("messages")
    if "input" in value or not isinstance(messages, list) or not messages:
        return value
    if "ideal" in value:
        return {**value, "input": messages, "output": value["ideal"]}
    return {**value, "input": messages[:-1], "output": messages[-1]}


def _read(value: Mapping[str, Any]) -> Example:
    input, history = read_input(value.get("input"))
    if not input:
        raise InvalidInput(
            "The example has no input.", hint="An example of Phoenix has `input`, `output` and `metadata`."
        )
    output = read_expected(value.get("output"))
    return Example(
        input=input,
        expected=None if output in ({}, "") else output,
        history=history,
        metadata=read_metadata(value.get("metadata")),
        provenance=Provenance(source="import:phoenix"),
        key=str(value.get("id") or value.get("example_id") or ""),
    )
