"""The folder of the server's socket. It stays the same, so that a server started anew is found by those who used it.

It cannot lie in the workspace: the path of a socket may have 107 bytes and no quote. Elsewhere its name must not be
foreseeable, or another user could lay a trap there; so the name is drawn once and noted in the workspace.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from answerable.db.server_user import get_server_user_id, give_to_server_user

_NOTE = "socket"
_LONGEST_TEMPORARY_FOLDER = 50


def make_socket_folder(folder: Path, data: Path) -> Path:
    """Return the empty folder for the server of `data`, while none runs; its name is noted in `folder`."""
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    note = folder / _NOTE
    noted = Path(note.read_text()) if note.exists() else None
    # In a copy of a workspace, the note is about the original.
    if noted is not None and digest in noted.name and _make_or_clear(noted):
        return noted
    made = Path(tempfile.mkdtemp(prefix=f"answerable-{digest}-", dir=_temporary_folder()))
    give_to_server_user(made)
    note.write_text(str(made))
    return made


def remove_socket_folder(path: Path) -> None:
    """Leave nothing behind for a server that was stopped; the next one makes the folder again under its name."""
    with suppress(OSError):
        path.rmdir()


def _make_or_clear(path: Path) -> bool:
    """Make the folder, or empty it if it is one that only the server's user may change. Return False otherwise."""
    try:
        path.mkdir(mode=0o700)
        give_to_server_user(path)
    except FileExistsError:
        if not _is_private(path.lstat()):
            return False
        for left in path.iterdir():
            left.unlink()  # a killed server leaves its lock, which a server would believe
    except OSError:
        return False
    return True


def _is_private(found: os.stat_result) -> bool:
    return stat.S_ISDIR(found.st_mode) and found.st_uid == get_server_user_id() and not found.st_mode & 0o022


def _temporary_folder() -> str:
    """Return the folder for temporary files, or `/tmp` when that one is itself too deep for a socket."""
    folder = tempfile.gettempdir()
    return folder if len(os.fsencode(folder)) <= _LONGEST_TEMPORARY_FOLDER else "/tmp"  # noqa: S108
