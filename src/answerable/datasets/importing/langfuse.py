"""Items of a Langfuse dataset, exported as JSON, JSON lines or CSV, or a page of its API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.csv_file import read_records
from answerable.datasets.importing.entries import describe, read_entries
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.importing.values import read_expected, read_input, read_json_or_text, read_metadata
from answerable.datasets.types import Example, Provenance, Row

_ARCHIVED: Final = "ARCHIVED"


def read_langfuse(path: Path, options: ImportOptions) -> Iterator[Row]:
    """Yield an example of each item that is not archived."""
    for place, value in _read_items(path, options):
        if isinstance(value, Row):
            yield value
        elif _get(value, "status") != _ARCHIVED:
            try:
                yield Row(place, _read(value))
            except InvalidInput as error:
                yield Row(place, problem=describe(error))


def _read_items(path: Path, options: ImportOptions) -> Iterator[tuple[str, Mapping[str, Any] | Row]]:
    if path.suffix != ".csv":
        yield from read_entries(path, keys=("data",))
        return
    for place, cells in read_records(path, options):
        if isinstance(cells, Row):
            yield place, cells
        else:
            yield place, {name: read_json_or_text(cell) or None for name, cell in cells.items()}


def _read(item: Mapping[str, Any]) -> Example:
    input, history = read_input(_get(item, "input"))
    if not input:
        raise InvalidInput(
            "The item has no input.", hint="An item of Langfuse has `input` and `expectedOutput`."
        )
    return Example(
        input=input,
        expected=read_expected(_get(item, "expectedOutput")),
        history=history,
        metadata=read_metadata(_get(item, "metadata")) | _keep_source(item),
        provenance=Provenance(source="import:langfuse"),
        key=str(_get(item, "id") or ""),
    )


def _keep_source(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ids of the run there: they are not traces of ours."""
    names = ("sourceTraceId", "sourceObservationId")
    return {f"langfuse_{name}": _get(item, name) for name in names if _get(item, name)}


def _get(item: Mapping[str, Any], name: str) -> Any:
    """Return a field by its name, or by the one that the SDK writes: `expected_output`."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return item.get(name, item.get(snake))
