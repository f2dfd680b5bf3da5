"""Examples that ask something, and what a version has of them."""

from __future__ import annotations

from typing import Any

from answerable.datasets.service import DatasetService
from answerable.datasets.types import DatasetVersion, Example


def ask(question: str, expected: Any = "Yes.", **changes: Any) -> Example:
    return Example(input={"question": question}, expected=expected, **changes)


def number(count: int, *, start: int = 0) -> list[Example]:
    """Return examples with the keys `q0`, `q1` ..."""
    return [ask(f"Question {n}?", f"Answer {n}.", key=f"q{n}") for n in range(start, start + count)]


async def read(datasets: DatasetService, version: DatasetVersion, **selection: Any) -> list[Example]:
    pages = datasets.iterate_version(version, batch=7, **selection)
    return [example async for page in pages for example in page]
