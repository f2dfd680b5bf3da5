"""The shipped int8 embedder against the same graph in fp32: quality, speed, and the layouts for bulk work.

`python -m benchmarks.embedder [--reference PATH]` writes `benchmarks/results/embedder.json`. The reference comes
from `python -m scripts.build_embedder --reference PATH`; without it, the shipped model is measured alone.
Retrieval is dense only: exact dot products over whole documents, cut to the model's window.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from answerable.llm.minilm.model import MODEL_PATH, WINDOW, MiniLM
from answerable.llm.types import Vectors
from benchmarks.data import BeirSet, load_beir, ndcg_at_10
from benchmarks.report import write_result

_SETS = ("xquad-en", "qed", "cookbook", "scifact")
_DEFAULT_REFERENCE = Path(__file__).resolve().parents[1] / "var" / "minilm-fp32.onnx"
_ROUNDS = 5
_PROCESS_MODEL: list[MiniLM] = []


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reference", type=Path, default=_DEFAULT_REFERENCE, help="the fp32 graph")
    reference_path = parser.parse_args().reference
    started = time.perf_counter()
    models = {"int8": MiniLM.load()}
    load_seconds = time.perf_counter() - started
    if reference_path.exists():
        models["fp32"] = MiniLM.load(reference_path)
    chunks = _get_chunks(models["int8"])
    result = {
        "model_mb": round(MODEL_PATH.stat().st_size / 1e6, 1),
        "load_seconds": round(load_seconds, 3),
        "speed": _measure_speed(models, chunks),
        "layouts_chunks_per_second": _measure_layouts(models["int8"], chunks),
        "ndcg_at_10": {name: _measure_quality(models, load_beir(name)) for name in _SETS},
    }
    print(write_result("embedder", result).read_text(encoding="utf-8"))


def _get_chunks(model: MiniLM) -> list[str]:
    """Return 200 abstracts of 150 to 250 tokens: about the size of a chunk."""
    documents = (text for _, text in load_beir("scifact").corpus.values())
    return [text for text in documents if 150 <= model.count_tokens(text) <= 250][:200]


def _measure_speed(models: dict[str, MiniLM], chunks: Sequence[str]) -> dict[str, object]:
    """Return milliseconds a text on one thread, the best of interleaved rounds, and the ratio fp32 / int8."""
    queries = list(load_beir("qed").queries.values())[:200]
    speed: dict[str, object] = {"window_tokens": WINDOW}
    for kind, texts in (("chunk", chunks[:100]), ("query", queries)):
        best = dict.fromkeys(models, float("inf"))
        for _ in range(_ROUNDS):
            for name, model in models.items():
                best[name] = min(best[name], _time(model, texts) / len(texts) * 1000)
        tokens = statistics.fmean(models["int8"].count_tokens(text) for text in texts)
        values = {f"{name}_ms": round(value, 2) for name, value in best.items()}
        ratio = {"ratio": round(best["fp32"] / best["int8"], 2)} if "fp32" in best else {}
        speed[kind] = {"mean_tokens": round(tokens), **values, **ratio}
    return speed


def _time(model: MiniLM, texts: Sequence[str]) -> float:
    started = time.perf_counter()
    for text in texts:
        model.embed(text)
    return time.perf_counter() - started


def _measure_layouts(model: MiniLM, chunks: Sequence[str]) -> dict[str, float]:
    """Return chunks per second, the best of three rounds each, rounds interleaved."""
    workers = min(2, os.cpu_count() or 1)
    layouts = {"one thread": 0.0, f"{workers} threads": 0.0, f"{workers} processes": 0.0}
    with (
        ThreadPoolExecutor(workers) as threads,
        ProcessPoolExecutor(workers, initializer=_load_in_process) as processes,
    ):
        list(processes.map(_embed_in_process, chunks[:20]))
        for _ in range(3):
            rates = (
                len(chunks) / _time(model, chunks),
                len(chunks) / _time_map(lambda: list(threads.map(model.embed, chunks))),
                len(chunks) / _time_map(lambda: list(processes.map(_embed_in_process, chunks, chunksize=10))),
            )
            layouts = {
                name: max(best, rate) for (name, best), rate in zip(layouts.items(), rates, strict=True)
            }
    return {name: round(rate, 1) for name, rate in layouts.items()}


def _time_map(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _load_in_process() -> None:
    _PROCESS_MODEL.append(MiniLM.load())


def _embed_in_process(text: str) -> bytes:
    return _PROCESS_MODEL[0].embed(text).tobytes()


def _measure_quality(models: dict[str, MiniLM], data: BeirSet) -> dict[str, float]:
    scores = {name: round(_get_ndcg(model, data), 4) for name, model in models.items()}
    if "fp32" in scores:
        scores["int8_minus_fp32"] = round(scores["int8"] - scores["fp32"], 4)
    print(data.name, scores, flush=True)
    return scores


def _get_ndcg(model: MiniLM, data: BeirSet) -> float:
    passages = [f"{title}\n{text}".strip() for title, text in data.corpus.values()]
    documents, queries = _embed_all(model, passages), _embed_all(model, list(data.queries.values()))
    ids = list(data.corpus)
    run = {}
    for query, row in zip(data.queries, queries @ documents.T, strict=True):
        best = np.argsort(-row, kind="stable")[:10]
        run[query] = {ids[position]: float(row[position]) for position in best}
    return ndcg_at_10(data.qrels, run)


def _embed_all(model: MiniLM, texts: Sequence[str]) -> Vectors:
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.stack(list(threads.map(model.embed, texts)))


if __name__ == "__main__":
    main()
