"""The members of a zip archive, with guards against archives made to do harm.

Nothing is unpacked to disk: members are read in memory, one at a time, so a name such as `../../etc/passwd`
could harm nobody. It is refused all the same, for it would be a lie as the name of a document.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from answerable.knowledge.sources.ignore import Selection, is_hidden
from answerable.knowledge.sources.types import MEBIBYTE, SourceItem, SourceLimits, SourceProblem
from answerable.knowledge.sources.uris import member_uri

ARCHIVE_SUFFIXES = (".zip",)
OTHER_ARCHIVES = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".7z", ".rar", ".bz2", ".xz", ".zst")

_ARCHIVES = (*ARCHIVE_SUFFIXES, *OTHER_ARCHIVES)


def list_members(
    path: str, uri: str, *, selection: Selection, limits: SourceLimits
) -> Iterator[SourceItem | SourceProblem]:
    """List the files of an archive, sorted by name; what is unsafe or too much comes as a problem."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        yield SourceProblem(uri, f"The zip archive cannot be read: {error}.", "Make the archive again.")
        return
    entries = [entry for entry in entries if not entry.is_dir() and _is_wanted(entry.filename, selection)]
    overflow = _find_overflow(entries, uri, limits)
    if overflow is not None:
        yield overflow
        return
    if not entries:
        yield SourceProblem(uri, "The zip archive holds no files.", "Check that it is the right archive.")
    yield from _list_entries(entries, path, uri, limits)


def _list_entries(
    entries: list[zipfile.ZipInfo], path: str, uri: str, limits: SourceLimits
) -> Iterator[SourceItem | SourceProblem]:
    seen: set[str] = set()
    for entry in entries:
        name = member_uri(uri, entry.filename)
        problem = _find_problem(entry, name, seen, limits)
        seen.add(entry.filename)
        yield problem or SourceItem(name, path, None, entry.file_size, entry.filename)


def _is_wanted(name: str, selection: Selection) -> bool:
    parts = [part for part in PurePosixPath(name).parts if part != ".."]
    return not any(is_hidden(part) for part in parts) and selection.takes(name)


def _find_overflow(entries: list[zipfile.ZipInfo], uri: str, limits: SourceLimits) -> SourceProblem | None:
    hint = "Unpack it and ingest the folder, if you trust it."
    if len(entries) > limits.archive_members:
        return SourceProblem(uri, f"The archive holds more than {limits.archive_members:,} files.", hint)
    if sum(entry.file_size for entry in entries) > limits.archive_bytes:
        size = limits.archive_bytes // MEBIBYTE
        return SourceProblem(uri, f"The archive unpacks to more than {size:,} MiB.", hint)
    return None


def _find_problem(
    entry: zipfile.ZipInfo, uri: str, seen: set[str], limits: SourceLimits
) -> SourceProblem | None:
    """Return why a member is left out, or None; the first reason counts."""
    name, pure = entry.filename, PurePosixPath(entry.filename)
    leads_out = pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in pure.parts[0]
    ratio = entry.file_size // max(entry.compress_size, 1)
    checks = (
        (leads_out, "The name leads out of the archive.", "Make the archive again from inside."),
        (name in seen, "The archive holds two files of this name.", "Make the archive again."),
        (entry.flag_bits & 1, "The file is encrypted.", "Unpack the archive with its password first."),
        (
            name.lower().endswith(_ARCHIVES),
            "An archive inside an archive is not opened.",
            "Unpack the outer one.",
        ),
        (entry.file_size == 0, "The file is empty.", "Remove it, or fill it."),
        (
            entry.file_size > MEBIBYTE and ratio > limits.archive_ratio,
            f"It unpacks to {ratio:,} times its size, as a zip bomb does.",
            "Leave it out.",
        ),
    )
    return next((SourceProblem(uri, reason, hint) for bad, reason, hint in checks if bad), None)
