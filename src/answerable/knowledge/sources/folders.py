"""The files of a folder.

Symbolic links are followed only inside the folder that the user named, after everything else, and only where
they show something new: links of a Kubernetes ConfigMap work, a link to a sibling makes no second document, a
loop ends, and a link to `/etc` is a problem.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.knowledge.sources.ignore import IgnoreRules, Selection, is_hidden
from answerable.knowledge.sources.types import SourceItem, SourceLimits, SourceProblem
from answerable.knowledge.sources.uris import file_uri

Found = SourceItem | SourceProblem


@dataclass(slots=True)
class _Walk:
    """The state of one walk. `seen` holds the real paths of what was visited, `links` what to follow at the
    end.
    """

    root: str
    real_root: str
    selection: Selection
    limits: SourceLimits
    seen: set[str] = field(default_factory=set)
    links: deque[tuple[str, IgnoreRules]] = field(default_factory=deque)


def walk_folder(root: str, *, selection: Selection, limits: SourceLimits) -> Iterator[Found]:
    """Yield the files below `root`, sorted folder by folder; `root` is absolute and may itself be a link."""
    walk = _Walk(root, os.path.realpath(root), selection, limits)
    yield from _walk_level(walk, "", IgnoreRules())
    while walk.links:
        yield from _follow(walk, *walk.links.popleft())


def _walk_level(walk: _Walk, relative: str, rules: IgnoreRules) -> Iterator[Found]:
    """Visit one folder and those below it, without recursion, so that depth costs no stack."""
    pending = [(relative, rules)]
    while pending:
        relative, rules = pending.pop()
        folder = os.path.join(walk.root, relative) if relative else walk.root
        walk.seen.add(os.path.realpath(folder))
        if relative.count("/") >= walk.limits.max_depth:
            yield SourceProblem(file_uri(folder), "The folder lies too deep.", "Ingest it by its own path.")
            continue
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            yield SourceProblem(file_uri(folder), "The folder may not be read.", "Grant read permission.")
            continue
        inner = rules.below(Path(folder), relative)
        folders, found = _sort_entries(walk, entries, relative, inner)
        yield from found
        pending.extend((name, inner) for name in reversed(folders))


def _sort_entries(
    walk: _Walk, entries: list[os.DirEntry[str]], relative: str, rules: IgnoreRules
) -> tuple[list[str], list[Found]]:
    """Return the folders to visit and the files found; links are kept for later."""
    folders: list[str] = []
    found: list[Found] = []
    for entry in entries:
        path = f"{relative}/{entry.name}" if relative else entry.name
        is_folder = entry.is_dir()
        if is_hidden(entry.name) or rules.ignores(path, folder=is_folder):
            continue
        if entry.is_symlink():
            walk.links.append((path, rules))
        elif is_folder:
            folders.append(path)
        elif entry.is_file() and walk.selection.takes(path):
            found.append(_to_item(walk, path))
    return folders, found


def _follow(walk: _Walk, relative: str, rules: IgnoreRules) -> Iterator[Found]:
    path = os.path.join(walk.root, relative)
    target = os.path.realpath(path)
    if target != walk.real_root and not target.startswith(walk.real_root.rstrip(os.sep) + os.sep):
        yield SourceProblem(
            file_uri(path), "The link leads out of the folder.", "Ingest its target by its own path."
        )
    elif not os.path.exists(path):
        yield SourceProblem(file_uri(path), "The link leads nowhere.", "Remove it, or mend it.")
    elif target in walk.seen:
        return
    elif os.path.isdir(path):
        yield from _walk_level(walk, relative, rules)
    elif os.path.isfile(path) and walk.selection.takes(relative):
        yield _to_item(walk, relative)


def _to_item(walk: _Walk, relative: str) -> Found:
    path = os.path.join(walk.root, relative)
    uri = file_uri(path)
    walk.seen.add(os.path.realpath(path))
    try:
        return SourceItem(uri, path, None, os.stat(path).st_size)
    except OSError as error:
        return SourceProblem(uri, f"The file cannot be read: {error.strerror}.", "Check the file.")
