"""Answers of the offline model, end to end through the real services: search, quoting, verification, policy.

    python -m benchmarks.answers [--limit 200]

Answerable questions: the share answered with the gold answer in the text, and wrongly refused. Questions asked of a
collection without their answer: the share abstained. scripts/fit_extractive.py fits on the topics with an even
number; what is published is measured on the odd ones. SciFact and the documentation were never seen by the fit.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from answerable.answering.question import make_ask
from answerable.answering.types import Answer, Caller
from answerable.wiring import Services, load_settings, open_services
from benchmarks.data import get_data_root
from benchmarks.questions import AskedQuestion, half, holds_answer, load_plain, load_qed, load_xquad
from benchmarks.report import write_result

_SOURCES = {
    "xquad-en": "xquad/beir/en/corpus.jsonl.gz",
    "xquad-de": "xquad/beir/de/corpus.jsonl.gz",
    "xquad-zh": "xquad/beir/zh/corpus.jsonl.gz",
    "qed": "qed/beir/corpus.jsonl.gz",
    "cookbook": "cookbook_rag/beir/docs/corpus.jsonl.gz",
    "fastapi": "docs_fastapi/files",
}
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions asked of one collection; `holds` says whether their answers are in it."""

    name: str
    collection: str
    questions: Sequence[AskedQuestion]
    holds: bool


def list_trials(limit: int) -> list[Trial]:
    """Return the trials, each on the held-out half and at most `limit` questions."""
    sets = {f"xquad-{language}": load_xquad(language) for language in ("en", "de", "zh")}
    sets |= {"qed": load_qed(), "cookbook": load_plain("cookbook"), "scifact": load_plain("scifact")}
    asked = {name: half(questions, held_out=True)[:limit] for name, questions in sets.items()}
    answerable = [Trial(name, name, asked[name], True) for name in asked if name in _SOURCES]
    strangers = [
        ("xquad-en", "qed"), ("xquad-en", "cookbook"), ("xquad-en", "fastapi"), ("qed", "xquad-en"),
        ("qed", "cookbook"), ("qed", "fastapi"), ("cookbook", "xquad-en"), ("cookbook", "qed"),
        ("scifact", "xquad-en"), ("scifact", "fastapi"), ("xquad-de", "qed"), ("xquad-zh", "qed"),
    ]  # fmt: skip
    return answerable + [Trial(f"{name} over {over}", over, asked[name], False) for name, over in strangers]


async def measure(services: Services, trial: Trial) -> dict[str, object]:
    """Return the figures of one trial."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(question: AskedQuestion) -> Answer:
        async with slots:
            return await services.runs.run(make_ask(question.text, collection=trial.collection), Caller())

    answers = await asyncio.gather(*(ask(question) for question in trial.questions))
    abstained = sum(answer.abstained for answer in answers) / len(answers)
    if not trial.holds:
        return {"questions": len(answers), "abstained": round(abstained, 3)}
    verdicts = [c.verdict for answer in answers for c in answer.citations if c.verdict != "unchecked"]
    found = [
        holds_answer(answer.answer, question)
        for question, answer in zip(trial.questions, answers, strict=True)
        if question.answers
    ]
    return {
        "questions": len(answers),
        "answer_stands_in_it": round(statistics.mean(found), 3) if found else None,
        "wrongly_refused": round(abstained, 3),
        "sentences_supported": round(verdicts.count("supported") / len(verdicts), 4),
        "sentences_per_answer": round(len(verdicts) / sum(not answer.abstained for answer in answers), 2),
        "model_ms_p50": round(statistics.median(map(_model_ms, answers)), 1),
    }


def _model_ms(answer: Answer) -> float:
    return answer.timings_ms.get("model", 0.0) - answer.timings_ms.get("search", 0.0)


@asynccontextmanager
async def filled_workspace(folder: Path) -> AsyncIterator[Services]:
    """Open the services on an empty workspace and ingest every collection that is asked."""
    async with open_services(load_settings(folder), environ={}) as services:
        worker = asyncio.create_task(services.job_worker.run(services.ingestion.queues))
        for collection, source in _SOURCES.items():
            await services.knowledge.get_or_create_collection(collection)
            run = await services.ingestion.start_run(collection, [str(get_data_root() / source)])
            progress = await services.ingestion.wait(run.id)
            print(f"ingested {collection}: {progress}", flush=True)
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        yield services


async def run(limit: int) -> None:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        async with filled_workspace(Path(folder)) as services:
            results = {}
            for trial in list_trials(limit):
                results[trial.name] = await measure(services, trial)
                print(trial.name, results[trial.name], flush=True)
    write_result("answers", {"model": "local:extractive", "half": "held out", "trials": results})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=1_000_000, help="questions of each set")
    asyncio.run(run(parser.parse_args().limit))
