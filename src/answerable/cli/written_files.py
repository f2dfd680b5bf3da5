"""Writes texts into a folder, and never over somebody's work unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from answerable.core.errors import InvalidInput, SetupError


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """What became of the files, by path. With anything `refused` nothing was written at all."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def write_files(folder: Path, texts: Mapping[str, str], *, force: bool) -> WrittenFiles:
    """Write each text at its path below the folder. A file with another content is only replaced with `force`.

    Raises InvalidInput for a path that leads out of the folder, and SetupError when the folder cannot be written.
    """
    root = folder.resolve()
    for name in texts:
        if not (root / name).resolve().is_relative_to(root):
            raise InvalidInput(f"{name!r} leads out of {folder}.", hint="Rename that partial of the prompt.")
    try:
        present = {name: (root / name).read_bytes() for name in texts if (root / name).exists()}
        unchanged = tuple(name for name, content in present.items() if content == texts[name].encode())
        refused = tuple(name for name in present if name not in unchanged and not force)
        if refused:
            return WrittenFiles(unchanged=unchanged, refused=refused)
        written = tuple(name for name in texts if name not in unchanged)
        for name in written:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(texts[name].encode())
    except OSError as error:
        raise SetupError(
            f"{error.filename} cannot be written: {error.strerror}.", hint="Choose another folder with --to."
        ) from error
    return WrittenFiles(written=written, unchanged=unchanged)
