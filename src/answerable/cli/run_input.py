"""The input of `answerable run`: JSON, a file of it, single values, files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answerable.answering.batches.rows import open_files, read_file
from answerable.answering.fields import read_bytes, read_text
from answerable.apps.content import InputField
from answerable.core.errors import InvalidInput

Fields = Mapping[str, InputField]


@dataclass(frozen=True, slots=True)
class GivenInput:
    """`--input`, each `--set NAME=VALUE` and each `--file NAME=PATH`, as they were written."""

    source: str | None
    values: Sequence[str]
    files: Sequence[str]

    def read(self, fields: Fields) -> dict[str, Any]:
        """Return the input of one run; a later option goes before an earlier one.

        Raises InvalidInput for what is no JSON object, no pair, or no file.
        """
        given, folder = _read_source(self.source)
        given |= {name: read_text(fields.get(name), text) for name, text in _split("--set", self.values)}
        for name, path in _split("--file", self.files):
            given[name] = read_bytes(fields.get(name), read_file(Path(path), name))
        return open_files(given, fields, folder)


def _read_source(source: str | None) -> tuple[dict[str, Any], Path]:
    """Return the object, and the folder that paths in it count from: the file's own, else the current one."""
    if source is None:
        return {}, Path()
    folder = Path()
    if source == "-":
        text = sys.stdin.read()
    elif source.startswith("@"):
        path = Path(source[1:])
        text, folder = read_file(path, "--input").decode(errors="replace"), path.parent
    else:
        text = source
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            f"--input is not JSON: {error}.",
            hint="""Write --input '{"name": "value"}', --input @file.json, or --input - to read it from the pipe.""",
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput(
            "--input is JSON, but not an object.", hint="""Write --input '{"name": "value"}'."""
        )
    return value, folder


def _split(option: str, pairs: Sequence[str]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(
                f"{option} {pair!r} is not NAME=VALUE.", hint=f"Write it as {option} note=new."
            )
        yield name.strip(), value
