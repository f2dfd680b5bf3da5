"""Which files of a folder are left out: hidden ones, folders of tools, ignore files, globs of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".answerableignore")
"""Read in every folder, with the rules of git; the second one has the last word."""

SIDECAR_SUFFIX = ".meta.yaml"
"""`NAME.meta.yaml` describes the file NAME beside it, and is no document itself."""

TOOL_FOLDERS = frozenset(
    {"__pycache__", "node_modules", "venv", "site-packages", "__MACOSX", "CVS", "$RECYCLE.BIN"}
)
"""Folders whose files nobody wrote to be read. Hidden ones (.git, .venv, .tox) are left out anyway."""

_MAX_IGNORE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Selection:
    """The globs of the caller, as git writes them: `*.md` at any depth, `/drafts/` only at the top."""

    include: GitIgnoreSpec | None
    exclude: GitIgnoreSpec

    @classmethod
    def of(cls, *, include: Sequence[str], exclude: Sequence[str]) -> Selection:
        return cls(GitIgnoreSpec.from_lines(include) if include else None, GitIgnoreSpec.from_lines(exclude))

    def takes(self, relative: str) -> bool:
        """Tell whether a file is wanted; `relative` is its path below the root, with slashes."""
        if self.exclude.match_file(relative):
            return False
        return self.include is None or self.include.match_file(relative)


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The ignore files from the root down to one folder; the deepest that says anything about a path decides."""

    levels: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def below(self, folder: Path, relative: str) -> IgnoreRules:
        """Return the rules inside `folder`, whose path below the root is `relative` (empty for the root)."""
        lines = [line for name in IGNORE_FILES for line in _read_lines(folder / name)]
        if not lines:
            return self
        prefix = f"{relative}/" if relative else ""
        return IgnoreRules((*self.levels, (prefix, GitIgnoreSpec.from_lines(lines))))

    def ignores(self, relative: str, *, folder: bool) -> bool:
        for prefix, spec in reversed(self.levels):
            verdict = spec.check_file(relative[len(prefix) :] + ("/" if folder else "")).include
            if verdict is not None:
                return verdict
        return False


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder of this name is never a document."""
    return name.startswith(".") or name in TOOL_FOLDERS or name.endswith(SIDECAR_SUFFIX)


def _read_lines(path: Path) -> Iterable[str]:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_IGNORE_BYTES:
            return ()
        return path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return ()
