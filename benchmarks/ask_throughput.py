"""`POST /ask` with a model of zero latency and verification on, against a LangChain + FastAPI service.

    python -m benchmarks.ask_throughput

Over the four documentation corpora and the XQuAD-en paragraphs, asked the XQuAD-en questions: more than the embedder
remembers, so each is embedded. Both retrieve over the same chunks with the same embedder and call the same fake model
server; we also verify every sentence, the peer does nothing else. The peer is measured retrieving by words and vectors
as it comes, the same with an HNSW index added, and by vectors alone with that index. It needs `ANSWERABLE_PEERS` (see
benchmarks/processes.py).
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from answerable.db.embedded import EmbeddedPostgres
from benchmarks.data import get_data_root, load_beir
from benchmarks.processes import find_peer_python, free_port, put_load, running, running_answerable
from benchmarks.report import write_result

SECONDS = 20.0
CORPORA = ("docs_fastapi", "docs_prometheus", "docs_rustbook", "docs_pgvector")
PEER_KINDS = ("hybrid", "hybrid-hnsw", "dense-hnsw")
_CONFIG = """\
default_model = "fake:fake-1"
[server]
requests_per_minute = 0
[providers.fake]
base_url = "{url}/v1"
api_key = "none"
"""


_APP = """\
kind: rag
variants:
  main: {collection: bench, cache: {exact: false}}
"""
"""Questions come again in the run: every answer is to be made anew, as the peer makes it."""


def main() -> None:
    data = load_beir("xquad-en")
    bodies = [{"question": text} for text in data.queries.values()]
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        port = free_port()
        command = [sys.executable, "-m", "answerable", "fake-models", "--port", str(port)]
        with running(command, url=f"http://127.0.0.1:{port}/v1/models"):
            base, model_url = Path(folder), f"http://127.0.0.1:{port}"
            ours = _measure_ours(base, model_url, bodies, data.corpus)
            peers = _measure_peers(base, model_url, bodies)
    result: dict[str, Any] = {"callers": 16, "answerable": ours, "langchain_fastapi": peers}
    rate = ours["requests_per_second"]
    result["ratios"] = {kind: round(rate / peer["requests_per_second"], 2) for kind, peer in peers.items()}
    write_result("ask_throughput", result)
    print(json.dumps(result, indent=2))


def _measure_ours(
    base: Path, model_url: str, bodies: list[dict[str, Any]], corpus: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    workspace = base / "ours"
    workspace.mkdir()
    (workspace / "answerable.toml").write_text(_CONFIG.format(url=model_url))
    (workspace / "apps").mkdir()
    (workspace / "apps" / "ask.yaml").write_text(_APP)
    lines = [json.dumps({"_id": key, "title": title, "text": text}) for key, (title, text) in corpus.items()]
    (base / "corpus.jsonl").write_text("\n".join(lines))
    root = get_data_root()
    sources = [*(str(root / name / "files") for name in CORPORA), str(base / "corpus.jsonl")]
    ingest = [argument for source in sources for argument in ("--ingest", source)]
    with running_answerable(workspace, args=[*ingest, "--collection", "bench"]) as ready:
        asyncio.run(_wait_for_chunks(workspace, base))
        load = asyncio.run(put_load(f"{ready['url']}/ask", bodies, seconds=SECONDS, key=ready["admin_key"]))
    return asdict(load)


async def _wait_for_chunks(workspace: Path, base: Path) -> None:
    """Wait until all documents are in, and write the chunks for the peer: both search the very same passages."""
    lease = EmbeddedPostgres(workspace / ".answerable")
    conninfo = await asyncio.to_thread(lease.start)
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        for _ in range(600):
            cursor = await connection.execute("SELECT count(*) FROM ingestion_run WHERE state = 'done'")
            if await cursor.fetchone() == (1,):
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


def _measure_peers(base: Path, model_url: str, bodies: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    python = find_peer_python()
    if python is None:
        print("ANSWERABLE_PEERS is not set: measuring without the peer.", file=sys.stderr)
        return {}
    server = EmbeddedPostgres(base / "peer")
    conninfo = server.start()
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            host = connection.info.host
        url = f"postgresql+psycopg://postgres@/postgres?host={host}"
        service = [python, "-m", "benchmarks.peers.langchain_service"]
        return {
            kind: _measure_peer([*service, kind, str(base / "chunks.json"), url, f"{model_url}/v1"], bodies)
            for kind in PEER_KINDS
        }
    finally:
        server.stop()


def _measure_peer(command: list[str], bodies: list[dict[str, Any]]) -> dict[str, Any]:
    port = free_port()
    with running([*command, str(port)], url=f"http://127.0.0.1:{port}/readyz"):
        return asdict(asyncio.run(put_load(f"http://127.0.0.1:{port}/ask", bodies, seconds=SECONDS)))


if __name__ == "__main__":
    main()
