"""Find what can be ingested below the paths that a user names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from answerable.knowledge.sources.archives import ARCHIVE_SUFFIXES, OTHER_ARCHIVES, list_members
from answerable.knowledge.sources.folders import walk_folder
from answerable.knowledge.sources.ignore import Selection
from answerable.knowledge.sources.types import SourceItem, SourceLimits, SourceProblem
from answerable.knowledge.sources.uris import absolute_path, file_uri

Found = SourceItem | SourceProblem


def discover(
    paths: Sequence[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    limits: SourceLimits | None = None,
) -> Iterator[Found]:
    """Yield every file below `paths`, and every reason why one was left out on grounds the user may not
    expect.

    A path is a file, a folder (recursive, sorted, without hidden files and the folders of tools, by the rules
    of `.gitignore` and `.answerableignore`) or a zip archive. `include` and `exclude` are globs as git writes
    them; they choose among the files of folders and archives, while a file that is named itself is always
    taken. A file below two of the paths comes once. The walk is lazy, and stops with a problem after
    `limits.max_files`.
    """
    bounds = limits or SourceLimits()
    selection = Selection.of(include=include, exclude=exclude)
    seen: set[str] = set()
    for path in paths:
        for found in _discover_path(absolute_path(path), selection, bounds):
            if found.uri in seen:
                continue
            if len(seen) >= bounds.max_files:
                yield _too_many(path, bounds)
                return
            seen.add(found.uri)
            yield found


def _discover_path(path: str, selection: Selection, limits: SourceLimits) -> Iterator[Found]:
    if os.path.isdir(path):
        for found in walk_folder(path, selection=selection, limits=limits):
            yield from _look_into(found, selection, limits)
        return
    uri = file_uri(path)
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError) as error:
        yield _unreadable(path, error)
        return
    if not os.path.isfile(path):
        yield SourceProblem(
            uri, "It is neither a file nor a folder.", "Name a file, a folder or a web address."
        )
        return
    yield from _look_into(SourceItem(uri, path, None, size), selection, limits)


def _look_into(found: Found, selection: Selection, limits: SourceLimits) -> Iterator[Found]:
    """Yield what one found file stands for: itself, the members of an archive, or a problem."""
    if isinstance(found, SourceProblem) or found.path is None:
        yield found
        return
    name = Path(found.path).name.lower()
    if found.size_bytes == 0:
        yield SourceProblem(found.uri, "The file is empty.", "Remove it, or fill it.")
    elif not os.access(found.path, os.R_OK):
        yield SourceProblem(found.uri, "The file may not be read.", "Grant read permission to this user.")
    elif name.endswith(ARCHIVE_SUFFIXES):
        yield from list_members(found.path, found.uri, selection=selection, limits=limits)
    elif name.endswith(OTHER_ARCHIVES):
        yield SourceProblem(found.uri, "Only zip archives are opened.", "Unpack it, and ingest the folder.")
    else:
        yield found


def _unreadable(path: str, error: OSError | ValueError) -> SourceProblem:
    uri = file_uri(path)
    if isinstance(error, FileNotFoundError):
        pattern = bool(set("*?[") & set(path))
        hint = (
            'Name the folder, and give the pattern with --include "*.md".' if pattern else "Check the path."
        )
        return SourceProblem(uri, "There is no such file or folder.", hint)
    if isinstance(error, PermissionError):
        return SourceProblem(uri, "It may not be read.", "Grant read permission to this user.")
    return SourceProblem(uri, f"It cannot be read: {error}.", "Check the path.")


def _too_many(path: str, limits: SourceLimits) -> SourceProblem:
    reason = f"There are more than {limits.max_files:,} files; the rest was left out."
    return SourceProblem(file_uri(path), reason, "Ingest parts of the folder, or raise the limit.")
