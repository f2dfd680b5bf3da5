"""What is measured of answers and their verification."""

from __future__ import annotations

from benchmarks.rows.row import Result, Row

_FAULTS = ("number changed", "name swapped", "negated", "moved", "invented")
_FAULT_AIMS = {"number changed": 0.95, "name swapped": 0.95, "negated": 0.80, "moved": 0.95, "invented": 0.95}


def _verification(result: Result) -> str:
    worst = {fault: min(result[name][fault] for name in ("xquad-en", "qed")) for fault in _FAULTS}
    return ", ".join(f"{fault} {share:.2f}" for fault, share in worst.items())


def _verification_met(result: Result) -> bool:
    return all(
        result[name][fault] >= aim for name in ("xquad-en", "qed") for fault, aim in _FAULT_AIMS.items()
    )


def _doubts(result: Result) -> list[float]:
    kinds = ("true sentences doubted, verbatim", "true sentences doubted, edited")
    return [result[name][kind] for name in ("xquad-en", "qed") for kind in kinds]


def _shares(result: Result, name: str) -> list[float]:
    return [trial[name] for trial in result["trials"].values() if name in trial]


ROWS: tuple[Row, ...] = (
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
        "ask_throughput",
        "`/ask` with verification, 16 callers, model of no latency, against LangChain + FastAPI without: "
        "its hybrid retrieval as it comes / with HNSW / dense with HNSW",
        ">= 2.5x as it comes",
        lambda r: (
            " / ".join(f"{ratio:.2f}x" for ratio in r["ratios"].values())
            + f" ({r['answerable']['requests_per_second']:.0f} a second)"
        ),
        lambda r: r["ratios"]["hybrid"] >= 2.5,
    ),
    Row(
        "serve_start",
        "Warm start of `serve` to `/readyz`; memory of the server",
        "<= 5 s; <= 600 MB",
        lambda r: f"{r['seconds_to_readyz']:.1f} s; {r['server_rss_mb']} MB",
        lambda r: r["seconds_to_readyz"] <= 5 and r["server_rss_mb"] <= 600,
    ),
)
