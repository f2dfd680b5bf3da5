"""`POST /ask` with a model of zero latency and verification on, against a LangChain + FastAPI service.

    python -m benchmarks.ask_throughput

Both retrieve over the same chunks with the same embedder and call the same fake model server; the peer does nothing
else, we also fuse with BM25 and verify every sentence. The peer needs `ANSWERABLE_PEERS` (see benchmarks/processes.py).
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from answerable.db.embedded import EmbeddedPostgres
from benchmarks.data import load_beir
from benchmarks.processes import find_peer_python, free_port, put_load, running, running_answerable
from benchmarks.report import write_result

SECONDS = 20.0
QUESTIONS = 1355  # more than the embedder remembers, so that every question is embedded
_CONFIG = """\
[server]
requests_per_minute = 0
[providers.fake]
base_url = "{url}/v1"
api_key = "none"
[apps.ask]
collection = "bench"
model = "fake:fake-1"
"""


def main() -> None:
    data = load_beir("qed")
    questions = random.Random(7).sample(sorted(data.queries.values()), QUESTIONS)
    bodies = [{"question": text} for text in questions]
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        port = free_port()
        command = [sys.executable, "-m", "answerable", "fake-models", "--port", str(port)]
        with running(command, url=f"http://127.0.0.1:{port}/v1/models"):
            base = Path(folder)
            ours = _measure_ours(base, f"http://127.0.0.1:{port}", bodies, data.corpus)
            peer = _measure_peer(base, f"http://127.0.0.1:{port}", bodies)
    result: dict[str, Any] = {"callers": 16, "answerable": ours, "langchain_fastapi": peer}
    if peer:
        result["ratio"] = round(ours["requests_per_second"] / peer["requests_per_second"], 2)
    write_result("ask_throughput", result)
    print(json.dumps(result, indent=2))


def _measure_ours(
    base: Path, model_url: str, bodies: list[dict[str, Any]], corpus: dict[str, Any]
) -> dict[str, Any]:
    workspace = base / "ours"
    workspace.mkdir()
    (workspace / "answerable.toml").write_text(_CONFIG.format(url=model_url))
    lines = [json.dumps({"_id": key, "title": title, "text": text}) for key, (title, text) in corpus.items()]
    (base / "corpus.jsonl").write_text("\n".join(lines))
    with running_answerable(
        workspace, args=["--ingest", str(base / "corpus.jsonl"), "--collection", "bench"]
    ) as ready:
        asyncio.run(_wait_for_chunks(workspace, base, len(corpus)))
        load = asyncio.run(put_load(f"{ready['url']}/ask", bodies, seconds=SECONDS, key=ready["admin_key"]))
    return asdict(load)


async def _wait_for_chunks(workspace: Path, base: Path, documents: int) -> None:
    """Wait until all documents are in, and write the chunks for the peer: both search the very same passages."""
    lease = EmbeddedPostgres(workspace / ".answerable")
    conninfo = await asyncio.to_thread(lease.start)
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        for _ in range(600):
            cursor = await connection.execute(
                "SELECT count(*) FROM document d JOIN collection c ON c.id = d.collection_id WHERE c.name = 'bench'"
            )
            row = await cursor.fetchone()
            if row is not None and row[0] >= documents:
                break
            await asyncio.sleep(0.5)
        else:
            raise RuntimeError("the documents did not come in within five minutes")
        cursor = await connection.execute(
            "SELECT d.uri, k.header || E'\\n' || k.text FROM chunk k JOIN document d ON d.id = k.document_id"
        )
        rows = [{"source": uri, "text": text} async for uri, text in cursor]
    (base / "chunks.json").write_text(json.dumps(rows))
    await asyncio.to_thread(lease.stop)


def _measure_peer(base: Path, model_url: str, bodies: list[dict[str, Any]]) -> dict[str, Any] | None:
    python = find_peer_python()
    if python is None:
        print("ANSWERABLE_PEERS is not set: measuring without the peer.", file=sys.stderr)
        return None
    server = EmbeddedPostgres(base / "peer")
    conninfo = server.start()
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            host = connection.info.host
        port = free_port()
        url = f"postgresql+psycopg://postgres@/postgres?host={host}"
        command = [python, "-m", "benchmarks.peers.langchain_service"]
        command += [str(base / "chunks.json"), url, f"{model_url}/v1", str(port)]
        with running(command, url=f"http://127.0.0.1:{port}/readyz"):
            load = asyncio.run(put_load(f"http://127.0.0.1:{port}/ask", bodies, seconds=SECONDS))
    finally:
        server.stop()
    return asdict(load)


if __name__ == "__main__":
    main()
