"""Where the pages about evaluations are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

PATH: Final = "/evaluations"
COMPARE_PATH: Final = "/evaluations/compare"
GATES_PATH: Final = "/evaluations/gates"


def to_list(**query: str | int) -> str:
    """Return the address of the lists; what is empty is left out."""
    return _add(PATH, [(name, str(value)) for name, value in query.items() if value])


def to_run(id: UUID, **query: str) -> str:
    """Return the address of a run's page."""
    return _add(f"{PATH}/{id}", [(name, value) for name, value in query.items() if value])


def to_comparison(runs: Iterable[UUID], **query: str) -> str:
    """Return the address of runs side by side, compared with the first."""
    named = [("run", str(id)) for id in runs]
    return _add(COMPARE_PATH, [*named, *((name, value) for name, value in query.items() if value)])


def to_verdict(id: UUID) -> str:
    return f"{GATES_PATH}/{id}"


def _add(path: str, query: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
