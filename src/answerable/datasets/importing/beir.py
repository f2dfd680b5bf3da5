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
    qrels, problems = read_qrels(_find_judgements(path, options.qrels or _PART))
    yield from problems
    faulty: list[Row] = []
    yield from pair(_read_queries(path / "queries.jsonl", faulty), qrels, source="import:beir")
    yield from faulty


def _find_judgements(path: Path, part: str) -> Path:
    """Return the file of a part, such as `test`, or the file that is named itself. Raises InvalidInput."""
    judged = Path(part) if part.endswith(".tsv") else path / "qrels" / f"{part}.tsv"
    if judged.is_file():
        return judged
    known = sorted(file.stem for file in (path / "qrels").glob("*.tsv"))
    there = (
        f"There are {', '.join(known)}; choose by --qrels." if known else "Name the file: --qrels FILE.tsv."
    )
    raise InvalidInput(
        f"{path.name} has no judgements {judged if part.endswith('.tsv') else f'qrels/{part}.tsv'}.",
        hint=suggest(part, known) or there,
        code="invalid_file",
    )


def _read_queries(path: Path, faulty: list[Row]) -> Iterator[tuple[str, str, str]]:
    for place, value in read_json_lines(path):
        if isinstance(value, Row):
            faulty.append(Row(f"{path.name} {place}", problem=value.problem))
        elif not isinstance(value, dict) or "_id" not in value or "text" not in value:
            faulty.append(Row(f"{path.name} {place}", problem="A query has an `_id` and a `text`."))
        else:
            yield f"{path.name} {place}", str(value["_id"]), str(value["text"])
