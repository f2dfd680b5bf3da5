"""A question set end to end, offline: two variants of an app measured on 320 questions, and the gate's verdict.

    python -m benchmarks.faq_eval

The questions are the first 320 of XQuAD-en, each with its paragraph as the gold document; all 240 paragraphs are
ingested. What is timed is one command, `answerable gate`, from its start to its end: it starts the database, asks both
variants all questions, scores 640 answers by words, retrieval, citations and refusal, and compares them.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.data import get_data_root
from benchmarks.report import write_result

QUESTIONS = 320
_DROPPED = ("_API_KEY", "ANSWERABLE_", "DATABASE_URL")
_APP = """\
kind: rag
labels: {production: narrow}
variants:
  narrow: {prompt: prompts/grounded.md, collection: docs, model: local:extractive, top_k: 4}
  wide: {prompt: prompts/grounded.md, collection: docs, model: local:extractive, top_k: 8}
evaluators: [contains, squad, retrieval, grounding, refusal, latency, cost, tokens]
gate:
  dataset: faq
  rules:
    - {metric: contains, margin: 0.05}
    - {metric: recall@5, margin: 0.05}
    - {metric: supported_share, margin: 0.05}
    - {metric: latency_ms, margin: 50%}
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as name:
        folder = Path(name)
        prepare(folder)
        started, cpu = time.perf_counter(), _get_cpu()
        ended = _answerable(folder, "gate", "faq", "--candidate", "wide", "--json", ok={0, 1, 3})
        seconds, cpu = time.perf_counter() - started, _get_cpu() - cpu
        verdict = json.loads(ended.stdout)
        runs = json.loads(_answerable(folder, "evals", "list", "--json").stdout)["runs"]
    settled = [run["done"] for run in runs]
    assert settled == [QUESTIONS, QUESTIONS], settled
    values = {
        "questions": QUESTIONS,
        "answers": sum(settled),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "verdict": verdict["verdict"],
        "variants": {run["variant"]: _read_means(run) for run in runs},
    }
    print(json.dumps(values, indent=2))
    write_result("faq_eval", values)


def prepare(folder: Path) -> None:
    """Make the workspace: documents ingested, questions imported, app registered."""
    documents = folder / "documents"
    documents.mkdir()
    examples = _write_documents(documents)
    (folder / "faq.jsonl").write_text("".join(json.dumps(one) + "\n" for one in examples))
    _answerable(folder, "init", str(folder), in_workspace=False)
    (folder / "apps").mkdir(exist_ok=True)
    (folder / "apps" / "faq.yaml").write_text(_APP)
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "grounded.md").write_text(_read_prompt())
    _answerable(folder, "ingest", str(documents))
    _answerable(folder, "datasets", "import", "faq", str(folder / "faq.jsonl"))
    _answerable(folder, "apply")


def _read_prompt() -> str:
    """Return the prompt of the built-in app."""
    return files("answerable.apps.builtin").joinpath("prompts/grounded.md").read_text(encoding="utf-8")


def _write_documents(folder: Path) -> list[dict[str, Any]]:
    """Write a file for each paragraph, and return the first questions."""
    data = json.loads((get_data_root() / "xquad" / "xquad.en.json").read_text(encoding="utf-8"))["data"]
    examples = []
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    for number, paragraph in enumerate(paragraphs):
        path = folder / f"paragraph-{number:03}.txt"
        path.write_text(paragraph["context"], encoding="utf-8")
        for question in paragraph["qas"]:
            texts = list(dict.fromkeys(answer["text"] for answer in question["answers"]))
            examples.append(
                {
                    "key": question["id"],
                    "input": {"question": question["question"]},
                    "expected": texts[0],
                    "acceptable": texts[1:],
                    "evidence": [{"text": paragraph["context"], "uri": path.name}],
                }
            )
    return examples[:QUESTIONS]


def _get_cpu() -> float:
    """Return the seconds of CPU that the commands took so far, without the database's."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _read_means(run: Mapping[str, Any]) -> dict[str, float]:
    return {one["metric"]: round(one["mean"], 4) for one in run["metrics"] if one["mean"] is not None}


def _answerable(
    folder: Path, *args: str, ok: frozenset[int] | set[int] = frozenset({0}), in_workspace: bool = True
) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not any(part in name for part in _DROPPED)
    }
    where = ["--workspace", str(folder)] if in_workspace else []
    ended = subprocess.run(
        [sys.executable, "-m", "answerable", *args, *where],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=1800,
    )
    if ended.returncode not in ok:
        raise SystemExit(f"answerable {args} ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")
    return ended


if __name__ == "__main__":
    main()
