"""What PostgreSQL writes of itself into `postmaster.pid`, and whether it still runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server of one data folder."""

    pid: int
    port: int
    socket_dir: Path
    ready: bool

    @property
    def conninfo(self) -> str:
        """Return the libpq connection string of the database `postgres`."""
        return f"host='{_quoted(self.socket_dir)}' port={self.port} user=postgres dbname=postgres"


def find_postmaster(data: Path) -> Postmaster | None:
    """Return the server that runs on the data folder, None when there is none (a stale pid file counts as none)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8 or not _is_postgres(int(lines[0]), data):
        return None
    return Postmaster(
        pid=int(lines[0]),
        port=int(lines[3]),
        socket_dir=Path(lines[4]),
        ready=lines[7].strip() == "ready",
    )


def is_alive(pid: int) -> bool:
    """Return whether the process runs; one that has ended and that nobody has reaped does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def works_in(data: Path) -> bool:
    """Return whether a process has the data as its working folder, as every process of a server has."""
    processes = psutil.process_iter(["cwd"])
    return any(process.info["cwd"] == str(data) for process in processes)


def _is_postgres(pid: int, data: Path) -> bool:
    """A pid may have been taken by another program since a crash, so its command line must name the folder."""
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "\\'")
