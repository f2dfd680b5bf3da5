"""What is measured of evaluators, judges, the gate and their runner."""

from __future__ import annotations

from typing import Any

from benchmarks.rows.row import Result, Row


def _long(result: Result) -> Any:
    """Return the memory of the longest run."""
    return max(result["memory_mb"], key=lambda one: one["examples"])


ROWS: tuple[Row, ...] = (
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
        "The runner over the bare callable, 10,000 examples without latency: each; memory of 30,000 after a tenth,"
        " with all reports",
        "<= 1 ms; flat",
        lambda r: (
            f"{r['overhead_ms']:.2f} ms; {_long(r)['at_tenth']:.0f} MB, {_long(r)['after_reports']:.0f} MB"
        ),
        lambda r: bool(r["overhead_ms"] <= 1 and _long(r)["after_reports"] <= 1.02 * _long(r)["at_tenth"]),
    ),
    Row(
        "faq_eval",
        "320 questions, two variants, offline: 640 answers, scores and the gate's verdict, one command",
        "<= 60 s",
        lambda r: f"{r['seconds']:.0f} s ({r['verdict']})",
        lambda r: bool(r["seconds"] <= 60),
    ),
)
