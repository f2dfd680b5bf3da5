"""What reads a file, and what it may be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from answerable.datasets.types import Row


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`columns` says which column of a CSV file holds what, such as `{"input.question": "Frage"}`.

    `encoding` is that of a CSV file. `qrels` names the file of judgements, or of a BEIR folder the part: `test`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8-sig"
    qrels: str = ""


Read = Callable[[Path, ImportOptions], Iterator[Row]]
"""Yields the rows of a file, reading as it goes. Raises InvalidInput when the file is not of the format at all."""


@dataclass(frozen=True, slots=True)
class Format:
    """`suffixes` are the endings of names that mean it without being told."""

    read: Read
    summary: str
    suffixes: tuple[str, ...] = ()
