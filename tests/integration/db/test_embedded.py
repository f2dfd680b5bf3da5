"""The embedded server on odd folders, with several processes, and after crashes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from answerable.core.errors import SetupError
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.db.postmaster import find_postmaster

_HOLDER = """
import sys, time
from pathlib import Path
from answerable.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose server is gone after the test, also when the test failed."""
    folder = tmp_path / ".answerable"
    yield folder
    postmaster = find_postmaster(folder / "postgres")
    if postmaster is not None:
        os.kill(postmaster.pid, signal.SIGQUIT)


def _hold(folder: Path) -> subprocess.Popen[str]:
    """Start the server from another process, which keeps its lease until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().startswith("host=")
    return holder


@pytest.mark.parametrize(
    "name",
    [
        "with spaces",
        "wörk-späce-漢字",
        "quote'and\"double",
        "long" + "-very" * 45,
        "back\\slash",
        "per%cent%s",
    ],
)
def test_a_workspace_may_have_any_name(tmp_path: Path, name: str) -> None:
    workspace = tmp_path / name
    workspace.mkdir()
    server = EmbeddedPostgres(workspace / ".answerable")
    conninfo = server.start()
    try:
        migrate(conninfo)
        with psycopg.connect(conninfo) as connection:
            assert connection.execute("SELECT count(*) FROM document").fetchone() == (0,)
    finally:
        server.stop()


def test_data_survives_a_restart(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    assert find_postmaster(folder / "postgres") is None
    again = EmbeddedPostgres(folder)
    with psycopg.connect(again.start()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    again.stop()


def test_the_last_process_to_leave_stops_the_server(folder: Path) -> None:
    holder = _hold(folder)
    beside = EmbeddedPostgres(folder)
    conninfo = beside.start()
    holder.communicate()
    assert holder.returncode == 0
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT 1")
    sockets = Path((folder / "socket").read_text())
    assert sockets.is_dir()
    beside.stop()
    assert find_postmaster(folder / "postgres") is None
    assert not sockets.exists()


def test_a_killed_process_leaves_no_lease_behind(folder: Path) -> None:
    holder = _hold(folder)
    holder.kill()
    holder.communicate()
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.start()) as connection:
        connection.execute("SELECT 1")
    server.stop()
    assert find_postmaster(folder / "postgres") is None


def test_a_crashed_server_is_started_again_with_what_was_committed(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    postmaster = find_postmaster(folder / "postgres")
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while find_postmaster(folder / "postgres") is not None and time.monotonic() < deadline:
        os.sched_yield()
    again = EmbeddedPostgres(folder)
    with psycopg.connect(again.start()) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    again.stop()
    server.stop()


def test_a_crashed_server_is_started_again_at_its_address_by_who_uses_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    conninfo = server.start()
    assert not server.ensure_running()
    postmaster = find_postmaster(folder / "postgres")
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not server.ensure_running():
        assert time.monotonic() < deadline
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT 1")
    server.stop()
    assert not server.ensure_running()
    assert find_postmaster(folder / "postgres") is None


def test_a_copy_of_a_workspace_has_a_server_of_its_own(folder: Path, tmp_path: Path) -> None:
    original = EmbeddedPostgres(folder)
    original.start()
    original.stop()
    shutil.copytree(folder, tmp_path / "copy")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):  # as `cp -r` leaves it
            os.chown(tmp_path / "copy" / path.relative_to(folder), 0, 0)
    copy = EmbeddedPostgres(tmp_path / "copy")
    assert copy.start() != original.start()
    copy.stop()
    original.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_the_data_of_another_user_is_not_taken_from_them(folder: Path) -> None:
    server, somebody = EmbeddedPostgres(folder), 54_321
    server.start()
    server.stop()
    for path in (server.data, *server.data.rglob("*")):
        os.chown(path, somebody, somebody)
    with pytest.raises(SetupError, match="did not start"):
        server.start()
    assert server.data.stat().st_uid == (server.data / "PG_VERSION").stat().st_uid == somebody


def test_a_trap_in_the_place_of_the_socket_is_avoided(folder: Path, tmp_path: Path) -> None:
    first = EmbeddedPostgres(folder)
    first.start()
    first.stop()
    sockets = Path((folder / "socket").read_text())
    (tmp_path / "trap").mkdir(mode=0o777)
    sockets.symlink_to(tmp_path / "trap")
    second = EmbeddedPostgres(folder)
    with psycopg.connect(second.start()) as connection:
        connection.execute("SELECT 1")
    second.stop()
    assert not any((tmp_path / "trap").iterdir())
    sockets.unlink()


def test_a_half_made_data_folder_is_made_anew(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "base").mkdir()
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.start()) as connection:
        connection.execute("SELECT 1")
    server.stop()


def test_several_processes_may_start_and_migrate_at_once(folder: Path) -> None:
    code = _HOLDER.replace(
        "sys.stdin.read()", "from answerable.db.migrate import migrate; migrate(server.start())"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0]


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="cannot be written"):
        EmbeddedPostgres(tmp_path / "file" / ".answerable").start()


def test_a_path_with_a_line_break_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="line break") as refused:
        EmbeddedPostgres(tmp_path / "two\nlines" / ".answerable").start()
    assert "--workspace" in (refused.value.hint or "")
    assert not any(tmp_path.iterdir())


def test_data_of_another_major_version_is_refused_and_left_alone(folder: Path) -> None:
    data = folder / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(SetupError, match="PostgreSQL 16"):
        EmbeddedPostgres(folder).start()
    assert (data / "PG_VERSION").read_text() == "16\n"
