"""The datasets of the workspace's files, for `answerable apply`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from answerable.core.errors import InvalidFields, InvalidInput
from answerable.datasets.importing.registry import read_rows
from answerable.datasets.types import Imported
from answerable.wiring import Services

_FOLDER: Final = "datasets"
_SUFFIXES: Final = (".yaml", ".yml", ".jsonl")


async def apply_datasets(services: Services, *, by: str, dry_run: bool) -> dict[str, Imported]:
    """Bring in what files of `datasets/` say, and return what that did by dataset.

    A file is brought in once: what is edited or added elsewhere afterwards stays, until the file says something else,
    and then only the examples that are in it change. Raises InvalidInput, naming the file.
    """
    done: dict[str, Imported] = {}
    for name, file in _list_files(services.settings.workspace).items():
        digest = _hash(file)
        if await services.datasets.is_applied(name, digest):
            continue
        try:
            done[name] = await services.datasets.put_examples(name, read_rows(file), by=by, dry_run=dry_run)
        except InvalidInput as error:
            raise _name_file(error, file) from error
        if not dry_run:
            await services.datasets.note_applied(name, digest)
    return done


def describe_datasets(done: Mapping[str, Imported]) -> Sequence[str]:
    """Return a line for each dataset that changed."""
    return [
        f"dataset {name}: {one.added:,} added, {one.changed:,} changed, {one.unchanged:,} unchanged"
        for name, one in done.items()
        if one.added or one.changed
    ]


def _list_files(workspace: Path) -> dict[str, Path]:
    """Return the files by the name of their dataset. Raises InvalidInput when two mean the same."""
    files: dict[str, Path] = {}
    for path in sorted((workspace / _FOLDER).glob("*")):
        if path.suffix in _SUFFIXES:
            if path.stem in files:
                raise InvalidInput(
                    f"{_FOLDER}/{path.name} and {files[path.stem].name} are the same dataset.",
                    hint="Keep one of them.",
                    code="invalid_file",
                )
            files[path.stem] = path
    return files


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _name_file(error: InvalidInput, file: Path) -> InvalidInput:
    """Return the error with the path of the file; the row that it names is a row of it."""
    place = f"{_FOLDER}/{file.name}"
    if isinstance(error, InvalidFields):
        return InvalidFields(place, error.problems, hint="Mend the file.", code=error.code)
    return InvalidInput(f"{place}: {error.detail}", hint=error.hint, code=error.code)
