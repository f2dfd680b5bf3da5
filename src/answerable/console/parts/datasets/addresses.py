"""Where the pages and files of datasets are."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

PATH: Final = "/datasets"
IMPORT_PATH: Final = "/console/import-examples"
EXPORT_PATH: Final = "/console/export-examples"


def to_dataset(name: str, **query: str | int) -> str:
    """Return the address of a dataset's page; what is empty or 0 is left out of it."""
    return _add(f"{PATH}/{quote(name)}", query)


def to_export(name: str, **query: str | int) -> str:
    """Return the address of a dataset as a file."""
    return _add(EXPORT_PATH, {"dataset": name, **query})


def _add(path: str, query: dict[str, str | int]) -> str:
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
