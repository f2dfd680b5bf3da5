"""TREC: a file with a query a line (`id<TAB>text`), and its judgements in another, named by `--qrels`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.lines import read_lines
from answerable.datasets.importing.qrels import pair, read_qrels
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Row


def read_trec(path: Path, options: ImportOptions) -> Iterator[Row]:
    """Yield an example of each judged query."""
    if not options.qrels:
        raise InvalidInput(
            "Queries of TREC need their judgements.", hint="Name the file by --qrels.", code="invalid_file"
        )
    qrels, problems = read_qrels(Path(options.qrels))
    yield from problems
    faulty: list[Row] = []
    yield from pair(_read_queries(path, faulty), qrels, source="import:trec")
    yield from faulty


def _read_queries(path: Path, faulty: list[Row]) -> Iterator[tuple[str, str, str]]:
    for number, line, problem in read_lines(path):
        place = f"{path.name} line {number}"
        query_id, tab, text = (line or "").strip("\r\n").partition("\t")
        if line is None or (line.strip() and not tab):
            faulty.append(Row(place, problem=problem or "A query is its id, a tab, and its text."))
        elif line.strip():
            yield place, query_id.strip(), text.strip()
