"""A folder of each process that nobody else writes to, and what to do with those of dead processes.

A process holds a lock on its folder, which the kernel drops when it dies, however it dies. Whoever finds a folder
that nobody holds takes it over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from answerable.core.ids import new_id

_LOCK: Final = "lock"


class LockedFolders:
    """The folders that this process holds. Blocking."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._locks: dict[Path, IO[str]] = {}

    def make(self) -> Path:
        """Make a folder of our own. Raises OSError."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            folder = self._root / new_id().hex
            folder.mkdir(mode=0o700)
            if self._try_lock(folder):
                return folder

    def take_over(self) -> Iterator[Path]:
        """Yield the folders whose processes are dead; they are ours from then on. Raises OSError."""
        for folder in sorted(self._root.iterdir()) if self._root.is_dir() else ():
            if folder.is_dir() and folder not in self._locks and self._try_lock(folder):
                yield folder

    def remove(self, folder: Path) -> None:
        """Remove a folder of ours with everything in it."""
        shutil.rmtree(folder, ignore_errors=True)
        self._locks.pop(folder).close()

    def release(self) -> None:
        """Let others take over what is left, and leave no empty folder behind."""
        for folder in [*self._locks]:
            if {path.name for path in folder.glob("*")} <= {_LOCK}:
                self.remove(folder)
            else:
                self._locks.pop(folder).close()

    def _try_lock(self, folder: Path) -> bool:
        """Return whether the folder is ours now; not, when another process has it or has just removed it."""
        path = folder / _LOCK
        try:
            lock = path.open("a")
        except FileNotFoundError:
            return False
        with suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock.fileno()).st_ino == path.stat().st_ino:
                self._locks[folder] = lock
                return True
        lock.close()
        return False
