"""The formats that examples are read from, by name. A new one is a file here and a line below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput, NotFound
from answerable.datasets.importing.beir import read_beir
from answerable.datasets.importing.csv_file import read_csv
from answerable.datasets.importing.jsonl import read_jsonl
from answerable.datasets.importing.langfuse import read_langfuse
from answerable.datasets.importing.mt_bench import read_mt_bench
from answerable.datasets.importing.phoenix import read_phoenix
from answerable.datasets.importing.squad import read_squad
from answerable.datasets.importing.trec import read_trec
from answerable.datasets.importing.types import Format, ImportOptions
from answerable.datasets.importing.yaml_file import read_yaml
from answerable.datasets.types import Row

FORMATS: Final[Mapping[str, Format]] = {
    "yaml": Format(read_yaml, "Pydantic Evals, as `datasets/*.yaml`", (".yaml", ".yml", ".json")),
    "jsonl": Format(read_jsonl, "an example a line, as `export` writes them", (".jsonl", ".ndjson")),
    "csv": Format(read_csv, "a table with a header", (".csv", ".tsv")),
    "squad": Format(read_squad, "SQuAD 1.1 and 2.0"),
    "beir": Format(read_beir, "a folder with queries.jsonl and qrels/"),
    "trec": Format(read_trec, "queries with tabs, and a file of judgements"),
    "mt-bench": Format(read_mt_bench, "questions of MT-Bench, a line each"),
    "langfuse": Format(read_langfuse, "items of a Langfuse dataset"),
    "phoenix": Format(read_phoenix, "examples of a Phoenix dataset"),
}


def read_rows(path: Path, *, format: str = "", options: ImportOptions | None = None) -> Iterator[Row]:
    """Yield the rows of a file, its format told by its name unless it is given.

    Raises InvalidInput (`unknown_format`, or what is wrong with the whole file) and NotFound (`no_file`).
    """
    if not path.exists():
        raise NotFound(f"There is no file {path.name!r}.", hint="Check the path.", code="no_file")
    return FORMATS[_find_format(path, format)].read(path, options or ImportOptions())


def _find_format(path: Path, format: str) -> str:
    known = ", ".join(FORMATS)
    if format:
        if format not in FORMATS:
            raise InvalidInput(
                f"There is no format {format!r}.",
                hint=suggest(format, FORMATS) or f"There are {known}.",
                code="unknown_format",
            )
        return format
    if path.is_dir():
        return "beir"
    for name, one in FORMATS.items():
        if path.suffix.lower() in one.suffixes:
            return name
    raise InvalidInput(
        f"The name of {path.name} does not tell its format.",
        hint=f"Give --format: {known}.",
        code="unknown_format",
    )
