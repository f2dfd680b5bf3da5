"""Ingestion of four documentation corpora (340 Markdown files) against the bare embedder and LangChain.

    python -m benchmarks.ingestion [--rounds 3]

The bare embedder gets the same passages, parsed and cut beforehand, in its best layout: one single-threaded process a
core. Both run with the model loaded and in turns, so that noise of the machine hits both; the figures are of the
median round, the ratio is of neighbours in time. Then the same folders again, unchanged. The peer needs
`ANSWERABLE_PEERS`, see benchmarks/processes.py.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from answerable.db.embedded import EmbeddedPostgres
from answerable.knowledge.chunking.chunk import chunk_document
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.ingestion.messages import get_passage
from answerable.knowledge.ingestion.types import Progress
from answerable.knowledge.parsing.parse import parse_item
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.sources.discover import discover
from answerable.knowledge.sources.types import SourceItem
from answerable.knowledge.types import ChunkerSettings
from answerable.llm.minilm.model import MiniLM
from answerable.wiring import Services, load_settings, open_services
from answerable.worker.run import run_worker
from benchmarks.data import get_data_root
from benchmarks.processes import ROOT, find_peer_python
from benchmarks.report import write_result

CORPORA = ("docs_fastapi", "docs_prometheus", "docs_rustbook", "docs_pgvector")
CORES = os.cpu_count() or 1
NICENESS = 5
"""That of the reading processes: on a busy machine both sides then get the same share of it."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    sources = [str(get_data_root() / name / "files") for name in CORPORA]
    passages = _make_passages(sources)
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(len(passages) / _embed_bare(passages))
        ours.append(_ingest_fresh(sources))
        print(f"bare {bare[-1]:.0f} chunks/s, ingestion {ours[-1]['chunks_per_second']:.0f}", flush=True)
    peer = _measure_peer(sources)
    result = _summarise(bare, ours, peer, passages=len(passages))
    write_result("ingestion", result)
    print(json.dumps(result, indent=2))


def _summarise(
    bare: list[float], ours: list[dict[str, float]], peer: dict[str, float] | None, *, passages: int
) -> dict[str, Any]:
    rates = [round_["chunks_per_second"] for round_ in ours]
    result: dict[str, Any] = {
        "passages": passages,
        "bare_embedder_chunks_per_second": round(statistics.median(bare), 1),
        "ingestion_chunks_per_second": round(statistics.median(rates), 1),
        "share_of_bare_embedder": round(
            statistics.median(ours / bare for ours, bare in zip(rates, bare, strict=True)), 3
        ),
        "first_seconds": round(statistics.median(round_["first_seconds"] for round_ in ours), 2),
        "unchanged_seconds": round(statistics.median(round_["unchanged_seconds"] for round_ in ours), 3),
        "unchanged_speedup": round(statistics.median(round_["unchanged_speedup"] for round_ in ours), 1),
        "longest_pause_of_the_event_loop_ms": round(max(round_["pause_ms"] for round_ in ours), 1),
        "langchain": peer,
    }
    if peer is not None:
        result["ratio_to_langchain_chunks"] = round(statistics.median(rates) / peer["chunks_per_second"], 2)
        result["ratio_to_langchain_seconds"] = round(peer["seconds"] / result["first_seconds"], 2)
    return result


def _make_passages(sources: list[str]) -> list[str]:
    """Return what is to be embedded."""
    counter = TokenCounter.load()
    items = [found for found in discover(sources) if isinstance(found, SourceItem)]
    return [
        get_passage(chunk)
        for item in items
        for document in parse_item(item, ParseLimits())
        for chunk in chunk_document(document, ChunkerSettings(), counter)
    ]


_MODEL: list[MiniLM] = []


def _load_model() -> None:
    os.nice(NICENESS)
    _MODEL.append(MiniLM.load())


def _embed_one(text: str) -> int:
    return len(_MODEL[0].embed(text))


def _embed_bare(passages: list[str]) -> float:
    """Return the seconds that the embedder alone needs, model loaded."""
    with multiprocessing.get_context("spawn").Pool(CORES, initializer=_load_model) as pool:
        pool.map(_embed_one, passages[: 8 * CORES], chunksize=8)
        start = time.perf_counter()
        for _ in pool.imap_unordered(_embed_one, passages, chunksize=8):
            pass
        return time.perf_counter() - start


def _ingest_fresh(sources: list[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        return asyncio.run(_ingest(Path(folder), sources))


async def _ingest(workspace: Path, sources: list[str]) -> dict[str, float]:
    async with open_services(load_settings(workspace)) as services:
        worker = asyncio.create_task(run_worker(services.job_worker, services.ingestion))
        await _warm_up(services, workspace)
        pauses: list[float] = []
        listener = asyncio.create_task(_measure_pauses(pauses))
        first, first_seconds = await _run(services, "bench", sources)
        listener.cancel()
        again, unchanged_seconds = await _run(services, "bench", sources)
        worker.cancel()
        await asyncio.gather(worker, listener, return_exceptions=True)
    assert first.documents_failed == again.chunks == 0, (first, again)
    return {
        "chunks_per_second": first.chunks / first_seconds,
        "first_seconds": first_seconds,
        "unchanged_seconds": unchanged_seconds,
        "unchanged_speedup": first_seconds / unchanged_seconds,
        "pause_ms": max(pauses) * 1000,
    }


async def _warm_up(services: Services, workspace: Path) -> None:
    """Let every reading process start and load the model."""
    folder = workspace / "warm"
    folder.mkdir()
    for number in range(8 * CORES):
        (folder / f"{number}.md").write_text(f"# Warm {number}\n\n" + f"Some words {number}. " * 100)
    await _run(services, "warm", [str(folder)])


async def _run(services: Services, collection: str, sources: list[str]) -> tuple[Progress, float]:
    await services.knowledge.get_or_create_collection(collection)
    start = time.perf_counter()
    run = await services.ingestion.start_run(collection, sources)
    progress = await services.ingestion.wait(run.id)
    assert progress.state == "done", progress
    return progress, time.perf_counter() - start


async def _measure_pauses(pauses: list[float]) -> None:
    """Note by how much the event loop is late, as a request would feel it."""
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        pauses.append(time.perf_counter() - start - 0.005)


def _measure_peer(sources: list[str]) -> dict[str, float] | None:
    python = find_peer_python()
    if python is None:
        print("ANSWERABLE_PEERS is not set: measuring without the peer.", file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        server = EmbeddedPostgres(Path(folder))
        with psycopg.connect(server.start(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            url = f"postgresql+psycopg://postgres@/postgres?host={connection.info.host}"
        target = Path(folder) / "out.json"
        command = [python, "-m", "benchmarks.peers.langchain_ingest", url, str(target), *sources]
        try:
            subprocess.run(
                command,
                cwd=ROOT,
                env={"PYTHONPATH": "src:.", "PATH": ""},
                preexec_fn=lambda: os.nice(NICENESS),
                check=True,
            )
        finally:
            server.stop()
        found: dict[str, float] = json.loads(target.read_text())
    return found


if __name__ == "__main__":
    main()
