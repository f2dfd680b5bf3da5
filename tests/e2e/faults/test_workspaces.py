"""Workspaces in odd places: any name works, and what cannot work says so at the start."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.running import run_command, running_server
from tests.fakes.sources import write_documents

pytestmark = pytest.mark.xdist_group("workspaces")

MIB = 1 << 20
Mount = Callable[[Path, str], None]


@contextmanager
def _mounts() -> Iterator[Mount]:
    """Give a function that mounts a file system of its own; skips the test where that is not allowed."""
    mounted: list[Path] = []

    def mount(place: Path, options: str) -> None:
        place.mkdir(exist_ok=True)
        remount = f"remount,{options}" if place in mounted else options
        result = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", remount, "tmpfs", str(place)], capture_output=True, check=False
        )
        if result.returncode:
            pytest.skip(f"mounting is not allowed here: {result.stderr.decode().strip()}")
        mounted.append(place)

    try:
        yield mount
    finally:
        for place in set(mounted):
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def mount() -> Iterator[Mount]:
    if shutil.which("mount") is None:
        pytest.skip("there is no mount command here")
    with _mounts() as mount:
        yield mount


@pytest.mark.parametrize("name", ["with spaces and 'quotes'", "wörk späce 漢字", "long" + "-very" * 45])
def test_a_workspace_may_have_any_path(tmp_path: Path, name: str) -> None:
    workspace = tmp_path / name
    documents = write_documents(workspace / "documents here")
    with running_server(workspace, first=True):
        ingested = run_command("ingest", str(documents), workspace=workspace)
    assert "3 documents read" in ingested.stderr


def test_a_workspace_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run_command(
        "serve", "--port", "0", workspace=tmp_path / "file" / "below", first=True, check=False
    )
    _assert_refused(result, "cannot be written", "--workspace")


def test_a_read_only_workspace_is_refused(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "read-only", "ro,size=1m")
    result = run_command("serve", "--port", "0", workspace=tmp_path / "read-only", first=True, check=False)
    _assert_refused(result, "cannot be written: Read-only file system", "--workspace")


def test_a_disk_without_space_is_refused(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "small", "size=100m")
    result = run_command("serve", "--port", "0", workspace=tmp_path / "small", first=True, check=False)
    _assert_refused(result, "Only 100 MiB are free", "Free some space")
    doctor = run_command("doctor", workspace=tmp_path / "small", first=True, check=False)
    assert doctor.returncode == 1
    assert "Free some space" in doctor.stdout


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    result = run_command("serve", "--port", "0", workspace=tmp_path, env=away, check=False)
    _assert_refused(result, "127.0.0.1", "Check that PostgreSQL runs there")


def _assert_refused(result: subprocess.CompletedProcess[str], detail: str, hint: str) -> None:
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert detail in result.stderr
    assert hint in result.stderr


def test_a_disk_that_fills_up_fails_the_run_and_spoils_nothing(tmp_path: Path, mount: Mount) -> None:
    place = tmp_path / "disk"
    mount(place, "size=400m")
    documents = _write_long_documents(tmp_path / "documents", count=4)
    few = write_documents(tmp_path / "few")
    with running_server(place / "workspace", first=True) as server, server.client() as client:
        workspace = server.workspace
        run_command("ingest", str(few), workspace=workspace)
        with (place / "ballast").open("wb") as ballast:
            ballast.write(bytes(shutil.disk_usage(place).free - MIB // 4))
        full = run_command("ingest", str(documents), workspace=workspace, check=False)
        assert full.returncode == 1
        assert "disk of the database is full" in full.stderr
        assert "Free some space" in full.stderr
        assert "Traceback" not in full.stderr
        assert 3 <= client.get("/v1/collections/docs/documents").json()["total"] < 7
        question = {"question": "How tall is the lighthouse of Skagen?"}
        assert "46 metres" in client.post("/ask", json=question).json()["answer"]
        (place / "ballast").unlink()
        again = json.loads(run_command("ingest", str(documents), "--json", workspace=workspace).stdout)
        assert (again["state"], again["documents_failed"]) == ("done", 0)
        assert client.get("/v1/collections/docs/documents").json()["total"] == 7


def _write_long_documents(folder: Path, *, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        text = "\n\n".join(f"The gauge {number}.{line} stood at {line**3} bar." for line in range(600))
        (folder / f"{number:02}.md").write_text(f"# Log {number}\n\n{text}\n")
    return folder
