"""A sweep as one HTML file: the chart, the table, the settings to take over. It loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from answerable.evaluation.sweeps.chart import draw_chart
from answerable.evaluation.sweeps.describing import (
    describe_difference,
    describe_outcome,
    describe_weight,
    write_variant,
)
from answerable.evaluation.sweeps.types import PointResult, Sweep

_STYLE: Final = """
:root{color-scheme:light dark;--line:#e2e8f0;--soft:#64748b;--good:#15803d;--bad:#b91c1c;--mark:#2563eb}
@media (prefers-color-scheme:dark){:root{--line:#334155;--soft:#94a3b8;--good:#4ade80;--bad:#f87171;--mark:#60a5fa}}
body{font:15px/1.5 system-ui,sans-serif;max-width:1200px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}p,small{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{font-weight:600}
.better{color:var(--good)}.worse{color:var(--bad)}
.front td:first-child::before{content:"\\25cf";color:var(--mark);margin-right:.4em}
.scroll{overflow-x:auto}pre{padding:1rem;border:1px solid var(--line);border-radius:6px;overflow-x:auto}
"""


def write_page(sweep: Sweep) -> str:
    """Return the page."""
    title = f"Retrieval of {sweep.app} on {sweep.dataset}@{sweep.version}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><p>{escape(_summarise(sweep))}</p>"
        f"{draw_chart(sweep, page=True)}<h2>Settings, best first</h2>"
        f'<div class="scroll"><table>{_write_head(sweep)}<tbody>'
        + "".join(_write_row(result, sweep) for result in sweep.results)
        + "</tbody></table></div><p><small>Intervals are of 95 %. Differences are to the variant as it is, on the same"
        " examples; better and worse hold with the number of settings taken into account (Holm). Latencies are of"
        " searches with everything in memory.</small></p>"
        + f"<h2>What to do</h2><p>{escape(describe_outcome(sweep))}</p>"
        + (f"<pre>{escape(write_variant(sweep))}</pre>" if sweep.is_improved else "")
        + "</body></html>\n"
    )


def _summarise(sweep: Sweep) -> str:
    passed = f", {sweep.passed_over} without evidence left out" if sweep.passed_over else ""
    return (
        f"{len(sweep.results)} settings on {sweep.examples} examples{passed}, collection {sweep.collection}, "
        f"compared by {sweep.metric}. No model was asked."
    )


def _write_head(sweep: Sweep) -> str:
    names = (
        "Index", "Tokens", "Overlap", "Embedder", "Top k", "Dense", "Reranker", sweep.metric,
        "Against the baseline", "p50 ms", "p95 ms", "Shown tokens", "Failed",
    )  # fmt: skip
    return "<thead><tr>" + "".join(f"<th>{escape(name)}</th>" for name in names) + "</tr></thead>"


def _write_row(result: PointResult, sweep: Sweep) -> str:
    style = "front" if result.on_front else ""
    verdict = "" if result.difference is None else result.difference.verdict
    cells = "".join(_list_cells(result, sweep.metric, verdict))
    return f'<tr class="{style}">{cells}</tr>'


def _list_cells(result: PointResult, metric: str, verdict: str) -> Iterator[str]:
    index, settings, quality = result.point.index, result.point.settings, result.quality[metric]
    yield f"<td>{escape(index.name)}</td><td>{index.chunk_tokens}</td><td>{index.chunk_overlap}</td>"
    yield f"<td>{escape(index.embedder)}</td><td>{settings.top_k}</td>"
    yield f"<td>{describe_weight(settings.dense_weight)}</td>"
    yield f"<td>{escape(settings.reranker or 'none')}</td>"
    yield f"<td>{quality.mean:.3f} <small>[{quality.low:.3f}, {quality.high:.3f}]</small></td>"
    yield f'<td class="{verdict}">{escape(describe_difference(result))}</td>'
    yield f"<td>{result.latency_p50:.1f}</td><td>{result.latency_p95:.1f}</td>"
    yield f"<td>{result.context_tokens:.0f}</td><td>{result.failed}</td>"
