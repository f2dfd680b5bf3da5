"""Documents that cannot be read: each is told with its reason and what to do, and the good ones land beside it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.e2e.faults.conftest import MAX_UPLOAD_MIB, make_collection, upload, wait_for_run
from tests.e2e.running import RunningServer, run_command
from tests.fakes.documents import make_pdf, make_zip, make_zip_bomb
from tests.fakes.sources import write_documents

pytestmark = pytest.mark.xdist_group("strict")

GOOD = {"bread.md", "harbour.md", "turbine.md"}
# The content of each file, a word of its reason and one of its hint.
BAD: dict[str, tuple[bytes, str, str]] = {
    "broken.pdf": (make_pdf(["A page"])[:200], "broken", "export it again"),
    "locked.pdf": (make_pdf(["A page"], encrypted=True), "password", "without one"),
    "bomb.zip": (make_zip_bomb(600), "zip bomb", "Leave it out"),
    "broken.zip": (b"PK\x03\x04 and no more", "zip archive cannot be read", "again"),
    "escape.zip": (make_zip({"../../evil.md": b"# Evil"}), "out of the archive", "from inside"),
    "program.pdf": (b"MZ\x90\x00" + bytes(4000), "The name says .pdf", "Give the file the name"),
    "text.docx": (b"This is only text.", "The name says .docx", "Give the file the name"),
    "empty.md": (b"", "empty", "fill it"),
    "blank.md": (b" \n\t\n", "no text", ""),
    "binary.txt": (bytes(range(256)) * 12, "binary data", "Export it"),
    "broken.json": (b'{"a": ', "line 1", "Mend"),
    "deep.json": (b"[" * 100_000, "nested too deep", "Flatten"),
    "wrong.jsonl": (b'{"a": 1}\nno JSON\n', "No line", "on each line"),
}
PRIVATE = [
    "http://127.0.0.1:1/x",
    "http://localhost/x",
    "http://10.0.0.1/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/x",
    "http://[::ffff:192.168.0.1]/x",
]
BIG_MIB = 200
SERVER_MIB = 600


def test_a_folder_of_bad_files_names_each_and_keeps_the_good_ones(
    strict_server: RunningServer, tmp_path: Path
) -> None:
    folder = write_documents(tmp_path / "folder")
    for name, (content, _, _) in BAD.items():
        (folder / name).write_bytes(content)
    secret = tmp_path / "secret.md"
    secret.write_text("The code of the vault is 9271.")
    (folder / "link.md").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.md")
    result = run_command(
        "ingest", str(folder), str(tmp_path / "missing.md"), "-c", "mixed", "--json",
        workspace=strict_server.workspace,
    )  # fmt: skip
    run = json.loads(result.stdout)
    assert (run["state"], run["documents_done"]) == ("done", len(GOOD))
    problems = {_get_name(problem["uri"], folder): problem for problem in run["problems"]}
    expected = {name: (reason, hint) for name, (_, reason, hint) in BAD.items()}
    expected["link.md"] = ("leads out of the folder", "its own path")
    expected["missing.md"] = ("no such file", "Check the path")
    assert problems.keys() - {"pipe.md"} == expected.keys()
    for name, (reason, hint) in expected.items():
        assert reason in problems[name]["reason"], name
        assert hint in problems[name]["hint"], name
    with strict_server.client() as client:
        documents = client.get("/v1/collections/mixed/documents").json()["documents"]
        assert {document["uri"].rpartition("/")[2] for document in documents} == GOOD
        assert "9271" not in client.post("/v1/search", json={"query": "vault", "collection": "mixed"}).text


def _get_name(uri: str, folder: Path) -> str:
    """Return the name of the file, or of the archive that holds it."""
    return uri.removeprefix(folder.as_uri() + "/").partition("!/")[0].rpartition("/")[2]


@pytest.mark.parametrize("name", [name for name, (content, _, _) in BAD.items() if content])
def test_an_upload_that_cannot_be_read_says_why(strict_server: RunningServer, name: str) -> None:
    content, reason, hint = BAD[name]
    with strict_server.client() as client:
        collection = make_collection(client, f"upload-{name.replace('.', '-')}")
        run = upload(client, collection, name, content)
        (problem,) = run["problems"]
        assert reason in problem["reason"]
        assert hint in problem["hint"]
        assert client.get(f"/v1/collections/{collection}/documents").json()["total"] == 0


def test_an_empty_or_half_named_upload_is_refused_at_once(strict_server: RunningServer) -> None:
    with strict_server.client() as client:
        path = f"/v1/collections/{make_collection(client, 'refused')}/documents"
        empty = client.post(path, files={"file": ("empty.md", b"")})
        assert (empty.status_code, empty.json()["code"]) == (422, "invalid_input")
        assert "empty" in empty.json()["detail"]
        for field in ("metadata", "groups"):
            wrong = client.post(path, files={"file": ("a.md", b"# A")}, data={field: "{"})
            assert wrong.status_code == 422
            assert field in wrong.json()["detail"]
            assert wrong.json()["hint"]
        nowhere = client.post("/v1/collections/nowhere/documents", files={"file": ("a.md", b"# A")})
        assert nowhere.status_code == 404
        assert client.get("/v1/ingestions", params={"collection": "refused"}).json()["ingestions"] == []


def test_addresses_that_are_not_public_are_not_fetched(strict_server: RunningServer) -> None:
    with strict_server.client() as client:
        collection = make_collection(client, "pages")
        body = {"collection": collection, "urls": PRIVATE}
        run = wait_for_run(client, client.post("/v1/ingestions", json=body).json()["run_id"])
        assert {problem["uri"] for problem in run["problems"]} == set(PRIVATE)
        for problem in run["problems"]:
            assert "private network" in problem["reason"]
            assert "allow_private_hosts" in problem["hint"]
        for address in ("file:///etc/passwd", "/etc/passwd", "ftp://example.com/x", "gopher://example.com/"):
            refused = client.post("/v1/ingestions", json={**body, "urls": [address]})
            assert refused.status_code == 422
            assert address in refused.json()["detail"]


def test_the_command_line_refuses_them_too(strict_server: RunningServer) -> None:
    scheme = run_command("ingest", "file:///etc/passwd", workspace=strict_server.workspace, check=False)
    assert scheme.returncode == 2
    assert "'file:///etc/passwd'" in scheme.stderr
    private = run_command("ingest", PRIVATE[0], workspace=strict_server.workspace, check=False)
    assert private.returncode == 1
    assert "private network" in private.stderr
    assert "allow_private_hosts" in private.stderr


def test_a_very_large_file_is_streamed_and_refused_by_its_size(
    strict_server: RunningServer, tmp_path: Path
) -> None:
    big = tmp_path / "big.txt"
    _write_big(big)
    process = psutil.Process(strict_server.process.pid)
    with strict_server.client() as client, big.open("rb") as stream:
        collection = make_collection(client, "big")
        before = process.memory_info().rss
        path = f"/v1/collections/{collection}/documents"
        peak, response = _watch_memory(
            process, lambda: client.post(path, files={"file": ("big.txt", stream)})
        )
        assert response.status_code == 202
        run = wait_for_run(client, response.json()["run_id"])
    (problem,) = run["problems"]
    assert "larger than 64 MiB" in problem["reason"]
    assert "Split it" in problem["hint"]
    assert peak - before < (BIG_MIB << 20) / 2
    assert peak < SERVER_MIB << 20


def test_an_upload_over_the_servers_bound_is_413(strict_server: RunningServer) -> None:
    def parts(mebibytes: int) -> Iterator[bytes]:
        """A body that does not say how long it is."""
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="long.txt"\r\n\r\n'
        for _ in range(mebibytes):
            yield b"x" * (1 << 20)
        yield b"\r\n--b--\r\n"

    with strict_server.client() as client:
        collection = make_collection(client, "endless")
        path = f"/v1/collections/{collection}/documents"
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        response = client.post(path, content=parts(MAX_UPLOAD_MIB + 8), headers=headers)
        assert response.status_code == 413
        assert response.json()["code"] == "too_large"
        assert "[server]" in response.json()["hint"]


def _write_big(path: Path) -> None:
    block = b"The keeper of the lighthouse wrote down the wind of every hour.\n" * 16_384
    with path.open("wb") as stream:
        for _ in range(BIG_MIB):
            stream.write(block)


def _watch_memory(
    process: psutil.Process, action: Callable[[], httpx.Response]
) -> tuple[int, httpx.Response]:
    """Do the action, and return the most memory that the process had meanwhile, in bytes."""
    peak, done = process.memory_info().rss, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        response = action()
    finally:
        done.set()
        watcher.join()
    return peak, response
