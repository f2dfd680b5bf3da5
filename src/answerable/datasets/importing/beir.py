"""A folder as BEIR has them (Thakur et al. 2021): `queries.jsonl`, and `qrels/test.tsv` or another part.

The ids of documents are those of `corpus.jsonl`; they become the `uri` of the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.datasets.importing.jsonl import read_json_lines
from answerable.datasets.importing.qrels import pair, read_qrels
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Row

_PART: Final = "test"


def read_beir(path: Path, options: ImportOptions) -> Iterator[Row]:
    """Yield an example of each judged query."""
    part = options.qrels or _PART
    judged = path / "qrels" / f"{part}.tsv"
    if not judged.is_file():
        known = [file.stem for file in (path / "qrels").glob("*.tsv")]
        raise InvalidInput(
            f"{path.name} has no judgements qrels/{part}.tsv.",
            hint=suggest(part, known)
            or f"There are {', '.join(sorted(known)) or 'none'}; choose by --qrels.",
            code="invalid_file",
        )
    qrels, problems = read_qrels(judged)
    yield from problems
    faulty: list[Row] = []
    yield from pair(_read_queries(path / "queries.jsonl", faulty), qrels, source="import:beir")
    yield from faulty


def _read_queries(path: Path, faulty: list[Row]) -> Iterator[tuple[str, str, str]]:
    for place, value in read_json_lines(path):
        if isinstance(value, Row):
            faulty.append(Row(f"{path.name} {place}", problem=value.problem))
        elif not isinstance(value, dict) or "_id" not in value or "text" not in value:
            faulty.append(Row(f"{path.name} {place}", problem="A query has an `_id` and a `text`."))
        else:
            yield f"{path.name} {place}", str(value["_id"]), str(value["text"])
