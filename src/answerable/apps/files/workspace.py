"""The files of a workspace that app files name: read whole, bounded, and never from outside of it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from answerable.core.closeness import suggest

MAX_BYTES = 1_000_000
_LISTED = 2_000


class FileRefused(Exception):  # noqa: N818 - becomes a Problem where the file is named
    """A file that cannot be used."""

    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


class WorkspaceFiles:
    """Reads by paths relative to the workspace, with forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._resolved = root.resolve()

    def read_text(self, name: str) -> str:
        """Return the text of the file, with line ends as `\\n`. Raises FileRefused."""
        data = self.read_bytes(name)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise FileRefused(f"{name} is not UTF-8: line {line}.", "Save it as UTF-8.") from error
        return text.replace("\r\n", "\n")

    def read_bytes(self, name: str) -> bytes:
        """Return the content of the file. Raises FileRefused."""
        path = self.find(name)
        try:
            if path.stat().st_size > MAX_BYTES:
                raise FileRefused(f"{name} has more than {MAX_BYTES} bytes.", "Make it smaller.")
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise FileRefused(f"{name} cannot be read: {error.strerror}.", "Mend its permissions.") from error
        return data[:MAX_BYTES]

    def find(self, name: str) -> Path:
        """Return the path of a file that is in the workspace, wherever a link in it leads. Raises FileRefused."""
        written = PurePosixPath(name)
        if not name or written.is_absolute() or ".." in written.parts or "\0" in name or "\\" in name:
            raise FileRefused(
                f"{name!r} is no path in the workspace.", "Write a path from its top, with slashes."
            )
        try:
            path = (self.root / written).resolve()
            inside = path.is_relative_to(self._resolved)
            there = inside and path.is_file()
        except (OSError, RuntimeError):  # a name that is too long, or a circle of links
            inside, there = True, False
        if not inside:
            raise FileRefused(f"{name} leads out of the workspace.", "Copy the file into the workspace.")
        if not there:
            raise FileRefused(f"There is no file {name}.", self._suggest(written))
        return path

    def _suggest(self, written: PurePosixPath) -> str:
        folder = self.root / written.parts[0] if len(written.parts) > 1 else self.root
        names = []
        for path in folder.rglob("*") if len(written.parts) > 1 else folder.glob("*"):
            names.append(path.relative_to(self.root).as_posix())
            if len(names) == _LISTED:
                break
        return suggest(written.as_posix(), names)
