"""How far judges agree with people on public labelled sets, beside the figures of the sets.

    python -m benchmarks.judges [--model openai:gpt-5-mini] [--limit 200]

Without a model: baselines that follow one surface feature, which a judge has to beat, the verdicts of two judges that
PandaLM comes with, and the verifier of citations as a judge of faithfulness. With `--model` (and its key in the
environment) the built-in judges are asked too, by the same code that evaluates.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from answerable.answering.grounding_check import make_verify
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.core.errors import AnswerableError
from answerable.datasets.types import Example
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.judging.calibration.corrected import correct_rate
from answerable.evaluation.judging.calibration.length import find_length_bias
from answerable.evaluation.judging.calibration.measuring import find_categories, measure
from answerable.evaluation.judging.calibration.types import Pair
from answerable.evaluation.judging.pairwise import PairJudge
from answerable.evaluation.judging.panel import Panel
from answerable.evaluation.judging.scale import find_scale
from answerable.evaluation.types import Case, Evaluator, Output, Passage
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from answerable.settings import FILE_NAME
from answerable.wiring import Services, load_settings, open_services
from benchmarks.data import get_data_root
from benchmarks.report import write_result

_SEED = 20_261_121
_AT_ONCE = 8
_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_DRAWS = 1_000
_LABELS = (50, 100, 200)
_PUBLISHED = {
    "llmbar": "accuracy of GPT-4, plain prompt: Natural .955, Neighbor .787, GPTInst .864, GPTOut .777, Manual .804;"
    " ChatGPT: .815, .194, .266, .415, .348",
    "pandalm": "accuracy against the majority label: GPT-3.5 .693, PandaLM-7B .668",
    "summedits": "balanced accuracy over ten domains: GPT-4 .821, people .909, SummaC about .58",
    "begin": "none",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two answers to one question. `human` is 1 where people prefer the first, 0 the second, 0.5 neither."""

    id: str
    part: str
    question: str
    first: str
    second: str
    human: float
    judges: dict[str, float]


Prefer = Callable[[Comparison], Awaitable[tuple[float | None, bool | None]]]
"""Returns a preference for the first answer, and whether both orders came to the same."""


def load_llmbar() -> list[Comparison]:
    rows = _read(get_data_root() / "llmbar" / "pairs.jsonl")
    return [
        Comparison(
            row["id"],
            row["subset"],
            row["input"],
            row["output_1"],
            row["output_2"],
            float(row["label"] == 1),
            {},
        )
        for row in rows
    ]


def load_pandalm() -> list[Comparison]:
    """Return the pairs; a few answers of the set are no text but `true`."""
    values = {0: 0.5, 1: 1.0, 2: 0.0}
    return [
        Comparison(
            str(row["id"]),
            "all",
            "\n\n".join(filter(None, (row["instruction"], row["input"]))),
            str(row["output_1"]),
            str(row["output_2"]),
            values[row["label"]],
            {
                name: values[int(row[key])]
                for name, key in (("GPT-3.5", "gpt35_verdict"), ("PandaLM-7B", "pandalm7b_verdict"))
                if str(row[key]).strip() in {"0", "1", "2"}
            },
        )
        for row in _read(get_data_root() / "pandalm" / "pairs.jsonl.gz")
    ]


def _read(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


async def prefer_longer(pair: Comparison) -> tuple[float | None, bool | None]:
    difference = len(pair.first) - len(pair.second)
    return float(np.sign(difference) + 1) / 2, True


def make_nearer(embedder: LocalEmbedder) -> Prefer:
    """Prefer the answer whose embedding is nearer to the question's."""

    async def prefer(pair: Comparison) -> tuple[float | None, bool | None]:
        question, first, second = [
            await embedder.embed_query(t) for t in (pair.question, pair.first, pair.second)
        ]
        return float(np.sign(question @ first - question @ second) + 1) / 2, True

    return prefer


def make_asked(services: Services) -> Prefer:
    """Ask the built-in pairwise judge, in both orders."""
    judge = services.judge_apps.find("judge-pairwise")
    asked = PairJudge(Panel(judge, find_scale(judge.schema, app=judge.name), services.ask_judge))

    async def prefer(pair: Comparison) -> tuple[float | None, bool | None]:
        found = await asked.compare({"question": pair.question}, pair.first, pair.second)
        return found.value, found.consistent

    return prefer


async def judge_pairs(pairs: Sequence[Comparison], prefer: Prefer) -> dict[str, object]:
    """Return the agreement of a judge with people, whole and by part of the set."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(pair: Comparison) -> tuple[float | None, bool | None] | None:
        async with slots:
            try:
                return await prefer(pair)
            except AnswerableError as error:
                print(f"{pair.id}: {error}")
                return None

    said = await asyncio.gather(*(ask(pair) for pair in pairs))
    parts = sorted({pair.part for pair in pairs})
    groups = ["all", *parts] if len(parts) > 1 else ["all"]
    return {
        group: _report([(p, s) for p, s in zip(pairs, said, strict=True) if group in ("all", p.part)])
        for group in groups
    }


def _report(
    judged: Sequence[tuple[Comparison, tuple[float | None, bool | None] | None]],
) -> dict[str, object]:
    known = [(pair, said) for pair, said in judged if said is not None]
    pairs = [
        Pair(pair.id, said[0], pair.human, _NOW, length=len(pair.first) - len(pair.second))
        for pair, said in known
        if said[0] is not None
    ]
    orders = [said[1] for _, said in known if said[1] is not None]
    return {
        "failed": len(judged) - len(known),
        "abstained": len(known) - len(pairs),
        "same_in_both_orders": round(sum(orders) / len(orders), 4) if orders else None,
        **_describe(pairs),
    }


def _describe(pairs: Sequence[Pair]) -> dict[str, object]:
    if not pairs:
        return {"n": 0}
    found = measure(pairs, find_categories(pairs))
    length = find_length_bias(pairs)
    return {
        "n": found.items,
        "accuracy": round(found.same.value, 4),
        "balanced_accuracy": found.balanced_accuracy and round(found.balanced_accuracy, 4),
        "kappa": _round(found.kappa.value, found.kappa.low, found.kappa.high),
        "length_bias": None if length is None else _round(length.excess, length.low, length.high),
    }


def _round(*values: float | None) -> list[float | None]:
    return [None if value is None else round(value, 4) for value in values]


def correct_shares(pairs: Sequence[Comparison], judge: str) -> dict[str, object]:
    """Return how often the interval of the share of pairs whose first answer is better holds the true one.

    The set stands for what all pairs are like: as many are drawn from it with replacement, people's labels are kept for
    the first few and the judge's for all; so often as there are draws.
    """
    known = [pair for pair in pairs if judge in pair.judges]
    judged = np.array([float(pair.judges[judge] == 1.0) for pair in known])
    truth = np.array([float(pair.human == 1.0) for pair in known])
    random, mean = np.random.default_rng(_SEED), float(truth.mean())
    rows: dict[str, object] = {"true_share": round(mean, 4), "judge_alone": round(float(judged.mean()), 4)}
    for labels in _LABELS:
        held, widths, alone = 0, [], []
        for _ in range(_DRAWS):
            drawn = [(str(n), place) for n, place in enumerate(random.integers(0, len(known), len(known)))]
            found = correct_rate(
                {id: judged[place] for id, place in drawn}, {id: truth[place] for id, place in drawn[:labels]}
            )
            held += found.interval.low <= mean <= found.interval.high
            widths.append(found.interval.width)
            alone.append(found.humans_alone.width)
        rows[f"{labels}_labels"] = {
            "coverage": round(held / _DRAWS, 4),
            "width": round(float(np.mean(widths)), 4),
            "width_of_people_alone": round(float(np.mean(alone)), 4),
        }
    return rows


async def judge_faithfulness(evaluator: Evaluator, name: str, limit: int | None) -> dict[str, object]:
    """Return how well an evaluator tells claims that their source holds from others, whole and by domain."""
    rows = [
        row
        for row in _read(get_data_root() / name / "faithfulness.jsonl.gz")
        if row.get("upstream_label") != "Generic"
    ]
    if limit is not None:
        places = np.random.default_rng(_SEED).permutation(len(rows))[:limit]
        rows = [rows[place] for place in places]
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(row: dict[str, Any]) -> tuple[str, Pair | None]:
        output = Output(row["claim"], passages=(Passage(row["source"]),))
        async with slots:
            scores = await evaluator.evaluate(Case(Example({"question": ""}), output))
        value = scores[0].value if scores else None
        human = float(row["label"] == "supported")
        return row["domain"], None if value is None else Pair(row["id"], value, human, _NOW)

    found = await asyncio.gather(*(ask(row) for row in rows))
    pairs = [(domain, pair) for domain, pair in found if pair is not None]
    domains = sorted({domain for domain, _ in pairs})
    by_domain = {domain: _describe([pair for other, pair in pairs if other == domain]) for domain in domains}
    balanced = [
        float(str(one["balanced_accuracy"])) for one in by_domain.values() if one["balanced_accuracy"]
    ]
    return {
        "no_verdict": len(found) - len(pairs),
        **_describe([pair for _, pair in pairs]),
        "balanced_accuracy_over_domains": round(float(np.mean(balanced)), 4),
        "domains": by_domain,
    }


@asynccontextmanager
async def opened(model: str) -> AsyncIterator[Services]:
    """Open a workspace of its own whose default model is this one."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE_NAME).write_text(f'default_model = "{model}"\n', encoding="utf-8")
        async with open_services(load_settings(Path(folder))) as services:
            yield services


async def run(arguments: argparse.Namespace) -> dict[str, object]:
    embedder = LocalEmbedder(MiniLM.load())
    llmbar, pandalm = load_llmbar()[: arguments.limit], load_pandalm()[: arguments.limit]
    verify = make_verify(LexicalVerifier(None))
    context = EvaluatorContext(verify=verify, verifier="lexical")
    (offline,) = open_evaluators(read_specs([{"faithfulness": {"offline": True}}]), context)
    baselines: dict[str, Prefer] = {
        "the longer one": prefer_longer,
        "nearer to the question": make_nearer(embedder),
    }
    results: dict[str, Any] = {
        "published": _PUBLISHED,
        "llmbar": {name: await judge_pairs(llmbar, prefer) for name, prefer in baselines.items()},
        "pandalm": {name: await judge_pairs(pandalm, prefer) for name, prefer in baselines.items()}
        | {name: await judge_pairs(pandalm, _make_told(name)) for name in ("GPT-3.5", "PandaLM-7B")},
        "pandalm_corrected": {name: correct_shares(pandalm, name) for name in ("GPT-3.5", "PandaLM-7B")},
        "faithfulness": {
            name: {"verifier (offline)": await judge_faithfulness(offline, name, arguments.limit)}
            for name in ("summedits", "begin")
        },
    }
    if arguments.model:
        async with opened(arguments.model) as services:
            await _ask_model(services, arguments, llmbar, pandalm, results)
    return results


async def _ask_model(
    services: Services,
    arguments: argparse.Namespace,
    llmbar: Sequence[Comparison],
    pandalm: Sequence[Comparison],
    results: dict[str, Any],
) -> None:
    model = arguments.model
    prefer = make_asked(services)
    results["llmbar"][model] = await judge_pairs(llmbar, prefer)
    results["pandalm"][model] = await judge_pairs(pandalm, prefer)
    context = EvaluatorContext(find_judge=services.judge_apps.find, ask_judge=services.ask_judge)
    (judge,) = open_evaluators(read_specs(["faithfulness"]), context)
    for name, row in results["faithfulness"].items():
        row[model] = await judge_faithfulness(judge, name, arguments.limit)


def _make_told(name: str) -> Prefer:
    """A judge whose verdicts the set comes with, in one order only."""

    async def prefer(pair: Comparison) -> tuple[float | None, bool | None]:
        return pair.judges.get(name), None

    return prefer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="also ask this model; its key comes from the environment")
    parser.add_argument("--limit", type=int, help="so many rows of each set")
    arguments = parser.parse_args()
    results = asyncio.run(run(arguments))
    print(json.dumps(results, indent=1, ensure_ascii=False))
    if arguments.limit is None:
        write_result("judges", results)


if __name__ == "__main__":
    main()
