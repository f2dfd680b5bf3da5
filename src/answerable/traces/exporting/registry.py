"""The formats of an export, by name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final, cast

from answerable.core.errors import InvalidInput
from answerable.traces.exporting.types import Encoder, Format

FORMATS: Final[Mapping[str, Format]] = {
    "jsonl": Format("answerable.traces.exporting.jsonl", "application/x-ndjson", ".jsonl"),
    "parquet": Format(
        "answerable.traces.exporting.parquet", "application/vnd.apache.parquet", ".parquet", extra="parquet"
    ),
}


def get_format(name: str) -> Format:
    """Raises InvalidInput for one that there is not."""
    if name not in FORMATS:
        raise InvalidInput(f"There is no format {name[:50]!r}.", hint=f"There are: {', '.join(FORMATS)}.")
    return FORMATS[name]


def create_encoder(name: str) -> Encoder:
    """Return what writes one file of this format. Raises InvalidInput when there is none or its library is missing."""
    format = get_format(name)
    try:
        module = import_module(format.module)
    except ModuleNotFoundError as error:
        if format.extra is None or (error.name or "").startswith("answerable"):
            raise
        raise InvalidInput(
            f"The format {name!r} needs the library {error.name!r}, which is not installed here.",
            hint=f"pip install 'answerable[{format.extra}]', or export as jsonl.",
            code="format_not_installed",
        ) from error
    return cast("Encoder", module.create_encoder())
