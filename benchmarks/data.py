"""The evaluation sets in BEIR layout, and nDCG@10 over them.

The sets are not part of the repository. They are looked for in `ANSWERABLE_DATA`, else in `../shared/data`
beside the checkout; each benchmark ends with a clear message when they are absent.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import ir_measures
from ir_measures import nDCG

_FOLDERS = {
    "xquad-en": "xquad/beir/en",
    "xquad-de": "xquad/beir/de",
    "xquad-zh": "xquad/beir/zh",
    "qed": "qed/beir",
    "cookbook": "cookbook_rag/beir/docs",
    "scifact": "scifact/beir",
}
NAMES = tuple(_FOLDERS)


@dataclass(frozen=True, slots=True)
class BeirSet:
    """`corpus` maps a document id to (title, text), `qrels` a query id to {document id: grade}."""

    name: str
    corpus: dict[str, tuple[str, str]]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def get_data_root() -> Path:
    """Return the folder of the sets; ends the program with what to do when it is not there."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("ANSWERABLE_DATA", default))
    if not root.is_dir():
        raise SystemExit(f"No evaluation data at {root}. Point ANSWERABLE_DATA to the folder of the sets.")
    return root


def get_corpus_path(name: str) -> Path:
    """Return the documents of one of the sets: JSONL that `answerable ingest` reads."""
    return get_data_root() / _FOLDERS[name] / "corpus.jsonl.gz"


def load_beir(name: str) -> BeirSet:
    """Return one of the sets `NAMES`, with the queries that have judgements."""
    folder = get_data_root() / _FOLDERS[name]
    corpus = {row["_id"]: (row.get("title") or "", row["text"]) for row in _rows(get_corpus_path(name))}
    qrels = _load_qrels(folder / "qrels.tsv")
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl") if row["_id"] in qrels}
    return BeirSet(name, corpus, queries, qrels)


def ndcg_at_10(qrels: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]) -> float:
    """Return the mean nDCG@10; a judged query without results in `run` counts as 0."""
    return float(ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return (json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip())


def _load_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").split("\n")[1:]:
        if line.strip():
            query, document, grade = line.split("\t")
            qrels.setdefault(query, {})[document] = int(grade)
    return qrels
