"""Write the table of numbers into README.md from benchmarks/results.

    python -m benchmarks.table

A row is there as soon as its result is. `tests/architecture` checks that the table and the results agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
BEGIN, END = "<!-- numbers: written by benchmarks/table.py -->", "<!-- /numbers -->"
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: which result it is from, what was measured, the aim, how to show it, and whether it is met."""

    result: str
    what: str
    aim: str
    show: Callable[[Result], str]
    met: Callable[[Result], bool]


_SETS = {
    "xquad-en": "XQuAD-en",
    "qed": "QED",
    "cookbook": "product docs",
    "scifact": "SciFact",
    "xquad-de": "XQuAD-de",
    "xquad-zh": "XQuAD-zh",
}
_GATEWAY_KINDS = ("plain", "streaming", "streaming_paced")
_PROXY = "litellm_1_workers"
_FAULTS = ("number changed", "name swapped", "negated", "moved", "invented")
_FAULT_AIMS = {"number changed": 0.95, "name swapped": 0.95, "negated": 0.80, "moved": 0.95, "invented": 0.95}


def render(results: dict[str, Result]) -> str:
    """Return the table in Markdown."""
    lines = ["| what | aim | measured | |", "|---|---|---|---|", *_lines(results)]
    return "\n".join(lines)


def _lines(results: dict[str, Result]) -> Iterator[str]:
    for row in ROWS:
        result = results.get(row.result)
        if result is not None:
            mark = "" if row.met(result) else "falls short"
            yield f"| {row.what} | {row.aim} | {row.show(result)} | {mark} |"


def _retrieval(result: Result) -> str:
    return ", ".join(f"{label} {result['sets'][key]['fused']:.3f}" for key, label in _SETS.items())


def _verification(result: Result) -> str:
    worst = {fault: min(result[name][fault] for name in ("xquad-en", "qed")) for fault in _FAULTS}
    return ", ".join(f"{fault} {share:.2f}" for fault, share in worst.items())


def _doubts(result: Result) -> list[float]:
    kinds = ("true sentences doubted, verbatim", "true sentences doubted, edited")
    return [result[name][kind] for name in ("xquad-en", "qed") for kind in kinds]


def _shares(result: Result, name: str) -> list[float]:
    return [trial[name] for trial in result["trials"].values() if name in trial]


def _verification_met(result: Result) -> bool:
    return all(
        result[name][fault] >= aim for name in ("xquad-en", "qed") for fault, aim in _FAULT_AIMS.items()
    )


ROWS: tuple[Row, ...] = (
    Row(
        "retrieval",
        "Search, one default for all sets, nDCG@10",
        "XQuAD-en .975, QED .970, product docs .800, SciFact .725, XQuAD-de .940, XQuAD-zh .950",
        _retrieval,
        lambda r: all(r["met"].values()),
    ),
    Row(
        "retrieval",
        "Fused search below its better half, at worst",
        "<= .005",
        lambda r: f"{max(figures['below_better_half'] for figures in r['sets'].values()):.4f}",
        lambda r: max(figures["below_better_half"] for figures in r["sets"].values()) <= 0.005,
    ),
    Row(
        "bm25_parity",
        "BM25 against `bm25s` on the same lexemes, nDCG@10",
        "within .003",
        lambda r: f"largest difference {r['largest_difference']:.4f}",
        lambda r: bool(r["largest_difference"] <= 0.003),
    ),
    Row(
        "embedder",
        "int8 embedder against fp32: nDCG@10; speed",
        "within .003; >= 1.8x",
        lambda r: (
            f"{min(v['int8_minus_fp32'] for v in r['ndcg_at_10'].values()):+.4f} at worst; "
            f"{r['speed']['chunk']['ratio']:.2f}x on chunks, {r['speed']['query']['ratio']:.1f}x on queries"
        ),
        lambda r: (
            min(v["int8_minus_fp32"] for v in r["ndcg_at_10"].values()) >= -0.003
            and r["speed"]["chunk"]["ratio"] >= 1.8
        ),
    ),
    Row(
        "verification",
        "Planted faults caught by the offline verifier, the lower of XQuAD-en and QED",
        ".95, .95, .80, .95, .95",
        _verification,
        _verification_met,
    ),
    Row(
        "verification",
        "True sentences wrongly doubted, at worst (verbatim and edited)",
        "<= .03",
        lambda r: f"{max(_doubts(r)):.3f}",
        lambda r: max(_doubts(r)) <= 0.03,
    ),
    Row(
        "verification",
        "SummEdits, BEGIN: balanced accuracy, offline verifier",
        "as it is (surface features: about .56 on SummEdits)",
        lambda r: (
            f"{r['summedits']['all']['balanced_accuracy']:.2f}, {r['begin']['all']['balanced_accuracy']:.2f}"
        ),
        bool,
    ),
    Row(
        "answers",
        "Offline answers, XQuAD-en: the gold answer stands in it; sentences supported",
        ">= .85; 1.0",
        lambda r: (
            f"{r['trials']['xquad-en']['answer_stands_in_it']:.2f}; "
            f"{r['trials']['xquad-en']['sentences_supported']:.2f}"
        ),
        lambda r: (
            r["trials"]["xquad-en"]["answer_stands_in_it"] >= 0.85
            and r["trials"]["xquad-en"]["sentences_supported"] == 1.0
        ),
    ),
    Row(
        "answers",
        "Offline: abstains when another set holds no answer, at worst; answerable refused, at worst",
        ">= .85; <= .08",
        lambda r: f"{min(_shares(r, 'abstained')):.2f}; {max(_shares(r, 'wrongly_refused')):.3f}",
        lambda r: min(_shares(r, "abstained")) >= 0.85 and max(_shares(r, "wrongly_refused")) <= 0.08,
    ),
    Row(
        "ingestion",
        "Ingestion of 340 documentation files, chunks a second: share of the bare embedder; against LangChain",
        ">= .95; >= 1.8x",
        lambda r: f"{r['share_of_bare_embedder']:.2f}; {r['ratio_to_langchain_chunks']:.2f}x",
        lambda r: r["share_of_bare_embedder"] >= 0.95 and r["ratio_to_langchain_chunks"] >= 1.8,
    ),
    Row(
        "ingestion",
        "The same folder again, unchanged",
        ">= 30x faster",
        lambda r: f"{r['unchanged_speedup']:.0f}x",
        lambda r: bool(r["unchanged_speedup"] >= 30),
    ),
    Row(
        "search_scale",
        "BM25 at 200k chunks against `ts_rank_cd` with GIN",
        ">= 20x faster",
        lambda r: f"{r['bm25_faster_than_ts_rank_cd']:.0f}x",
        lambda r: bool(r["bm25_faster_than_ts_rank_cd"] >= 20),
    ),
    Row(
        "search_scale",
        "Hybrid search at 200k chunks: p95 over p50; cost from 20k to 200k",
        "<= 3; <= 3x",
        lambda r: f"{r['hybrid_p95_over_p50']:.1f}; {r['hybrid_growth']:.1f}x",
        lambda r: r["hybrid_p95_over_p50"] <= 3 and r["hybrid_growth"] <= 3,
    ),
    Row(
        "search_throughput",
        "Hybrid search, 16 callers, against langchain-postgres as it comes / with HNSW / that at `ef_search` 400",
        ">= 4x / >= 2x, better nDCG",
        lambda r: (
            " / ".join(f"{ratio:.1f}x" for ratio in r["ratios"].values())
            + f" ({r['answerable']['requests_per_second']:.0f} a second), nDCG@10 "
            + f"{r['answerable']['ndcg_at_10']:.3f} against "
            + " / ".join(f"{peer['ndcg_at_10']:.3f}" for peer in r["langchain_postgres"].values())
        ),
        lambda r: all(ratio >= aim for ratio, aim in zip(r["ratios"].values(), (4, 2, 2), strict=True)),
    ),
    Row(
        "ask_throughput",
        "`/ask` with verification, 16 callers, model of no latency, against LangChain + FastAPI without: "
        "its hybrid retrieval / with HNSW / dense with HNSW",
        ">= 2.5x",
        lambda r: (
            " / ".join(f"{ratio:.2f}x" for ratio in r["ratios"].values())
            + f" ({r['answerable']['requests_per_second']:.0f} a second)"
        ),
        lambda r: min(r["ratios"].values()) >= 2.5,
    ),
    Row(
        "serve_start",
        "Warm start of `serve` to `/readyz`; memory of the server",
        "<= 5 s; <= 600 MB",
        lambda r: f"{r['seconds_to_readyz']:.1f} s; {r['server_rss_mb']} MB",
        lambda r: r["seconds_to_readyz"] <= 5 and r["server_rss_mb"] <= 600,
    ),
    Row(
        "gateway",
        "`/v1/chat/completions` through a `prompt` app, traced and priced, 16 callers, against a LiteLLM proxy "
        "with one worker: requests a second, plain / streaming / streaming with a piece each millisecond",
        ">= 5x",
        lambda r: " / ".join(
            f"{r['answerable_against'][_PROXY][kind]:.1f}x "
            f"({r['servers']['answerable'][kind]['requests_per_second']:.0f} a second)"
            for kind in ("plain", "streaming")
        ),
        lambda r: min(r["answerable_against"][_PROXY][kind] for kind in ("plain", "streaming")) >= 5,
    ),
    Row(
        "gateway",
        "What it adds to the provider's p50, as a share of what LiteLLM adds: 16 callers / one",
        "<= .25",
        lambda r: (
            f"{r['answerable_against'][_PROXY]['p50_ms_with_16_callers']:.2f} / "
            f"{r['answerable_against'][_PROXY]['p50_ms']:.2f} ({r['added']['answerable']['p50_ms']:.1f} ms)"
        ),
        lambda r: (
            max(r["answerable_against"][_PROXY][key] for key in ("p50_ms", "p50_ms_with_16_callers")) <= 0.25
        ),
    ),
    Row(
        "gateway",
        "What it adds to the provider's first text, one caller, median",
        "<= 5 ms",
        lambda r: f"{r['added']['answerable']['first_text_ms']:.1f} ms",
        lambda r: bool(r["added"]["answerable"]["first_text_ms"] <= 5),
    ),
    Row(
        "gateway",
        "The same against FastAPI + the bare SDK, which traces and prices nothing: plain / streaming",
        "as it is",
        lambda r: " / ".join(
            f"{r['answerable_against']['fastapi_openai_httpx'][kind]:.2f}x" for kind in ("plain", "streaming")
        ),
        bool,
    ),
    Row(
        "gateway_cache",
        "A cached answer against a new one, model of no latency, p50 of one caller",
        "<= .3x",
        lambda r: f"{r['1_callers']['ratio']:.2f}x ({r['1_callers']['cached_p50_ms']:.2f} ms)",
        lambda r: bool(r["1_callers"]["ratio"] <= 0.3),
    ),
    Row(
        "gateway_memory",
        "Memory of the server over 50,000 chat completions, largest change",
        "<= 5 %",
        lambda r: f"{r['largest_change']:.1%} of {r['warm_up_mb'][-1]:.0f} MB",
        lambda r: bool(r["largest_change"] <= 0.05),
    ),
    Row(
        "batch",
        "A batch of 10,000 rows with 2 % faults and a `kill -9`: answered, in the failure file, missing, twice",
        "every row once",
        lambda r: f"{r['answered']:,}, {r['failed']}, {r['missing']}, {r['twice']}",
        lambda r: bool(r["missing"] == 0 and r["twice"] == 0),
    ),
    Row(
        "trace_writing",
        "200,000 traces, the database stopped for 20 s and the writer killed: missing, twice",
        "0, 0",
        lambda r: f"{r['missing']}, {r['there_twice']} at {r['traces_per_second']:,} a second",
        lambda r: bool(r["missing"] == 0 and r["there_twice"] == 0 and r["spans_missing"] == 0),
    ),
    Row(
        "trace_storage",
        "A trace of 6 spans and a prompt of 2 kB on disk, all indexes; in ClickHouse by Langfuse's schema",
        "measured",
        lambda r: f"{r['bytes_a_trace']['all']:,} bytes; {r['langfuse_schema_bytes_a_trace']['all']:,}",
        lambda _: True,
    ),
    Row(
        "tracing_overhead",
        "`/ask` at saturation with traces of full content against without",
        ">= 0.93x",
        lambda r: f"{r['ratio']:.2f}x",
        lambda r: bool(r["ratio"] >= 0.93),
    ),
    Row(
        "trace_reading",
        "A million traces, p95: the list with any filter tried / one trace of 2,000 spans",
        "<= 300 ms / <= 500 ms",
        lambda r: (
            f"{r['worst_filter']['p95_ms']:.0f} ms /"
            f" {r['milliseconds']['trace of 2,000 spans, as JSON']['p95_ms']:.0f} ms"
        ),
        lambda r: bool(
            r["worst_filter"]["p95_ms"] <= 300
            and r["milliseconds"]["trace of 2,000 spans, as JSON"]["p95_ms"] <= 500
        ),
    ),
    Row(
        "monitor",
        "The Monitor page over 30 days of a million runs, p95, 4 / 200 keys an app",
        "<= 500 ms",
        lambda r: " / ".join(f"{_read_month(r, keys):.0f} ms" for keys in ("4", "200")),
        lambda r: all(_read_month(r, keys) <= 500 for keys in ("4", "200")),
    ),
    Row(
        "redaction",
        "Redaction, Presidio's set, kinds that rules find: recall / precision; secrets, generated: recall",
        "measured; >= .98",
        lambda r: (
            f"{r['personal']['all']['recall']:.3f} / {r['personal']['all']['precision']:.3f};"
            f" {r['secrets']['recall']:.4f}"
        ),
        lambda r: bool(r["secrets"]["recall"] >= 0.98),
    ),
    Row(
        "review_queue",
        "50,000 traces into a review queue: time, most memory (for a tenth of them)",
        "<= 30 s, constant",
        lambda r: f"{r['seconds']:.1f} s, {r['peak_mb']['50000']:.1f} MB ({r['peak_mb']['5000']:.1f} MB)",
        lambda r: bool(r["seconds"] <= 30 and r["peak_mb"]["50000"] <= 1.5 * r["peak_mb"]["5000"]),
    ),
    Row(
        "review_queue",
        "The next item of a queue, 45,000 of 50,000 seen before: p50 / p95",
        "<= 100 ms",
        lambda r: f"{r['next_ms']['take_p50']:.0f} / {r['next_ms']['take_p95']:.0f} ms",
        lambda r: bool(r["next_ms"]["take_p95"] <= 100),
    ),
    Row(
        "evaluator_parity",
        "Retrieval metrics against pytrec_eval, largest difference of any query of six sets",
        "<= 1e-6",
        lambda r: f"{r['largest_difference']:.0e}" if r["largest_difference"] else "none",
        lambda r: bool(r["largest_difference"] <= 1e-6),
    ),
    Row(
        "evaluator_speed",
        "Scoring the same 1,190 outputs with metrics that ask no model, processor time, against Ragas / DeepEval",
        ">= 5x faster",
        lambda r: " / ".join(f"{r['peers'][peer]['ratio']:.0f}x" for peer in ("ragas", "deepeval")),
        lambda r: min(peer["ratio"] for peer in r["peers"].values()) >= 5,
    ),
    Row(
        "grounding",
        "Grounding evaluator, offline: balanced accuracy (kappa) on SummEdits, BEGIN",
        "as it is (SummEdits: people .91, GPT-4 .82, SummaC about .58)",
        lambda r: ", ".join(
            f"{r['sets'][name]['all']['balanced_accuracy']:.2f} ({r['sets'][name]['all']['kappa']:.2f})"
            for name in ("summedits", "begin")
        ),
        bool,
    ),
    Row(
        "gate_calibration",
        "The gate, simulated (2,000 runs a point, n = 30..500): false fails of an equal, false passes of a worse one",
        "<= 5 %; <= 5 %",
        lambda r: f"{r['worst_false_fail']:.1%}; {r['worst_false_pass']:.1%}",
        lambda r: bool(max(r["worst_false_fail"], r["worst_false_pass"]) <= 0.05),
    ),
    Row(
        "gate_calibration",
        "Prediction-powered intervals, simulated: coverage; width against people alone, judge right .95 / .9 / .8 / .6",
        "93-97 %, narrower where the judge is good",
        lambda r: (
            f"{r['ppi_coverage'][0]:.1%} to {r['ppi_coverage'][1]:.1%}; "
            + " / ".join(f"{r['ppi_width_at_accuracy'][key]:.2f}x" for key in ("0.95", "0.9", "0.8", "0.6"))
        ),
        lambda r: bool(r["ppi_coverage"][0] >= 0.93 and r["ppi_coverage"][1] <= 0.97),
    ),
    Row(
        "judges",
        "Judges against people, kappa: GPT-3.5 / PandaLM-7B on PandaLM; nearer by embedding, offline, on LLMBar",
        "published",
        lambda r: " / ".join(
            f"{kappa[0]:.2f}"
            for kappa in (
                r["pandalm"]["GPT-3.5"]["all"]["kappa"],
                r["pandalm"]["PandaLM-7B"]["all"]["kappa"],
                r["llmbar"]["nearer to the question"]["all"]["kappa"],
            )
        ),
        lambda _: True,
    ),
    Row(
        "eval_runner",
        "The runner over the bare callable, 10,000 examples without latency: each; memory after a tenth, at the end",
        "<= 1 ms; flat",
        lambda r: f"{r['overhead_ms']:.2f} ms; {r['rss_early_mb']:.0f} MB, {r['rss_end_mb']:.0f} MB",
        lambda r: bool(r["overhead_ms"] <= 1 and r["rss_end_mb"] <= 1.05 * r["rss_early_mb"]),
    ),
    Row(
        "faq_eval",
        "320 questions, two variants, offline: 640 answers, scores and the gate's verdict, one command",
        "<= 60 s",
        lambda r: f"{r['seconds']:.0f} s ({r['verdict']})",
        lambda r: bool(r["seconds"] <= 60),
    ),
)


def _read_month(result: Result, keys: str) -> float:
    milliseconds: float = result[f"{keys} keys an app"]["ms"]["monitor, 30 days"]["p95_ms"]
    return milliseconds


def load_results() -> dict[str, Result]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))
    }


def insert(readme: str, table: str) -> str:
    """Return the README with the table between its marks."""
    head, _, rest = readme.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}"


def main() -> None:
    path = ROOT / "README.md"
    path.write_text(insert(path.read_text(encoding="utf-8"), render(load_results())), encoding="utf-8")
    print("wrote the numbers into README.md")


if __name__ == "__main__":
    main()
