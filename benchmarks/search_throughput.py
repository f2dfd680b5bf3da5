"""Hybrid search with 16 callers in one process, over documentation, against langchain-postgres.

    python -m benchmarks.search_throughput

Both have the same embedder and the same chunks. Every query is embedded: there are more of them than the embedder
remembers. The peer (hybrid, as it comes and with its indexes added) needs `ANSWERABLE_PEERS`, see
benchmarks/processes.py. Quality beside it: nDCG@10 on the XQuAD-en paragraphs among the documentation.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import uvloop

from answerable.db.embedded import EmbeddedPostgres
from answerable.knowledge.types import RetrievalSettings
from answerable.wiring import Services, load_settings, open_services
from answerable.worker.run import run_worker
from benchmarks.data import BeirSet, get_data_root, load_beir, ndcg_at_10
from benchmarks.processes import ROOT, find_peer_python
from benchmarks.report import write_result

SECONDS = 15.0
CALLERS = 16
TOP_K = 20
CORPORA = ("docs_fastapi", "docs_prometheus", "docs_pgvector")  # about 5,600 chunks with the paragraphs


def main() -> None:
    judged = load_beir("xquad-en")
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        base = Path(folder)
        ours = uvloop.run(_measure_ours(base, judged))  # the loop that `serve` runs on
        peers = _measure_peers(base, judged, ours.pop("chunks"))
    result: dict[str, Any] = {
        "callers": CALLERS,
        "top_k": TOP_K,
        "answerable": ours,
        "langchain_postgres": peers,
    }
    if peers:
        rate = ours["requests_per_second"]
        result["ratios"] = {
            name: round(rate / peer["requests_per_second"], 2) for name, peer in peers.items()
        }
    write_result("search_throughput", result)
    print(json.dumps(result, indent=2))


async def _measure_ours(base: Path, judged: BeirSet) -> dict[str, Any]:
    workspace = base / "ours"
    workspace.mkdir()
    lines = [
        json.dumps({"_id": key, "title": title, "text": text}) for key, (title, text) in judged.corpus.items()
    ]
    (base / "judged.jsonl").write_text("\n".join(lines))
    root = get_data_root()
    async with open_services(load_settings(workspace)) as services:
        await _ingest(
            services, [str(root / name / "files") for name in CORPORA] + [str(base / "judged.jsonl")]
        )
        run, rate, latencies = await _call(services, list(judged.queries.items()))
        chunks = await _read_chunks(services)
    return {
        "requests_per_second": round(rate, 1),
        "p50_ms": round(latencies[len(latencies) // 2], 1),
        "p95_ms": round(latencies[int(len(latencies) * 0.95)], 1),
        "ndcg_at_10": round(ndcg_at_10(judged.qrels, run), 4),
        "passages": len(chunks),
        "chunks": chunks,
    }


async def _ingest(services: Services, sources: list[str]) -> None:
    await services.knowledge.get_or_create_collection("bench")
    run = await services.ingestion.start_run("bench", sources)
    work = asyncio.ensure_future(run_worker(services.job_worker, services.ingestion))
    progress = await services.ingestion.wait(run.id)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert progress.state == "done", progress


async def _call(
    services: Services, queries: list[tuple[str, str]]
) -> tuple[dict[str, dict[str, float]], float, list[float]]:
    collection = await services.knowledge.get_collection("bench")
    settings = RetrievalSettings(top_k=TOP_K)
    run: dict[str, dict[str, float]] = {}
    latencies: list[float] = []
    source: Iterator[tuple[str, str]] = cycle(queries)
    begin = time.perf_counter()
    measured_from, end = begin + SECONDS / 10, begin + SECONDS * 1.1

    async def call() -> None:
        while (start := time.perf_counter()) < end:
            key, text = next(source)
            found = await services.search.search(
                text, collection=collection, groups=None, filter=None, settings=settings
            )
            run[key] = _by_document([hit.document.uri for hit in found.hits])
            if start >= measured_from:
                latencies.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return run, len(latencies) / (time.perf_counter() - measured_from), sorted(latencies)


def _by_document(uris: list[str]) -> dict[str, float]:
    """Return a run of document ids, best first: a JSONL document's uri ends in `#` and its id."""
    ids = dict.fromkeys(uri.rpartition("#")[2] for uri in uris)
    return {name: float(len(ids) - place) for place, name in enumerate(ids)}


async def _read_chunks(services: Services) -> list[dict[str, str]]:
    async with services.database.transaction() as tx:
        cursor = await tx.execute(
            "SELECT d.uri, k.header || E'\\n' || k.text FROM chunk k JOIN document d ON d.id = k.document_id"
        )
        return [{"document": uri.rpartition("#")[2], "text": text} async for uri, text in cursor]


def _measure_peers(base: Path, judged: BeirSet, chunks: list[dict[str, str]]) -> dict[str, Any] | None:
    python = find_peer_python()
    if python is None:
        print("ANSWERABLE_PEERS is not set: measuring without the peer.", file=sys.stderr)
        return None
    (base / "set.json").write_text(
        json.dumps({"chunks": chunks, "queries": judged.queries, "seconds": SECONDS})
    )
    server = EmbeddedPostgres(base / "peer")
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
        url = f"postgresql+psycopg://postgres@/postgres?host={connection.info.host}"
    command = [
        python,
        "-m",
        "benchmarks.peers.langchain_search",
        str(base / "set.json"),
        url,
        str(base / "out.json"),
    ]
    try:
        subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": "src:.", "PATH": ""}, check=True)
    finally:
        server.stop()
    found = json.loads((base / "out.json").read_text())
    return {name: _summary(judged, values) for name, values in found.items()}


def _summary(judged: BeirSet, values: dict[str, Any]) -> dict[str, Any]:
    run = {
        key: {name: float(len(ids) - place) for place, name in enumerate(ids)}
        for key, ids in values["run"].items()
    }
    qrels = {key: judged.qrels[key] for key in run}
    return {
        "requests_per_second": round(values["requests_per_second"], 1),
        "queries_judged": len(run),
        "ndcg_at_10": round(ndcg_at_10(qrels, run), 4),
    }


if __name__ == "__main__":
    main()
