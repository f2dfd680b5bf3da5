"""The few numbers that stand first in the README: ours beside a peer's, from the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.rows.row import Result

_LITELLM = "litellm_1_workers"
_TWO_LITELLM = "litellm_2_workers"


@dataclass(frozen=True, slots=True)
class PeerRow:
    """One line: which result it is from, what was measured, ours, and the peer's with its name."""

    result: str
    what: str
    ours: Callable[[Result], str]
    theirs: Callable[[Result], str]

    def render(self, result: Result) -> str:
        """Return the line in Markdown."""
        return f"| {self.what} | {self.ours(result)} | {self.theirs(result)} |"


def _show_search(server: Result) -> str:
    return f"{server['requests_per_second']:.0f}, {server['ndcg_at_10']:.3f}"


def _show_langchain(result: Result) -> str:
    peers = result["langchain_postgres"]
    return (
        f"langchain-postgres: {_show_search(peers['as it comes'])} as it comes; "
        f"{_show_search(peers['with HNSW, ef_search 400'])} with HNSW, `ef_search` 400"
    )


def _show_services(result: Result) -> str:
    peers = result["langchain_fastapi"]
    return (
        f"LangChain + FastAPI, none verified: {_show_rate(peers['hybrid'])} as it comes; "
        f"{_show_rate(peers['hybrid-hnsw'])} with HNSW; {_show_rate(peers['dense-hnsw'])} by vectors alone"
    )


def _show_rate(server: Result) -> str:
    return f"{server['requests_per_second']:.0f}"


def _show_gateway(result: Result, server: str) -> str:
    kinds = result["servers"][server]
    return " / ".join(f"{kinds[kind]['requests_per_second']:.0f}" for kind in ("plain", "streaming"))


PEER_ROWS: tuple[PeerRow, ...] = (
    PeerRow(
        "search_throughput",
        "Hybrid search, 16 callers: a second, nDCG@10",
        lambda r: _show_search(r["answerable"]),
        _show_langchain,
    ),
    PeerRow(
        "ask_throughput",
        "`/ask`, 16 callers, model of no latency: a second",
        lambda r: f"{_show_rate(r['answerable'])}, every sentence verified",
        _show_services,
    ),
    PeerRow(
        "ingestion",
        "Ingestion of 340 documentation files: chunks a second; all of them",
        lambda r: (
            f"{r['ingestion_chunks_per_second']:.0f}; {r['passages']:,} in {r['first_seconds']:.0f} s "
            f"({r['ratio_to_langchain_seconds']:.2f}x by time)"
        ),
        lambda r: (
            f"LangChain: {r['langchain']['chunks_per_second']:.0f}; "
            f"{r['langchain']['chunks']:,} larger ones in {r['langchain']['seconds']:.0f} s"
        ),
    ),
    PeerRow(
        "gateway",
        "Chat completions, traced and priced, 16 callers: a second, plain / streaming",
        lambda r: _show_gateway(r, "answerable"),
        lambda r: (
            f"LiteLLM proxy: {_show_gateway(r, _LITELLM)}; of two workers: {_show_gateway(r, _TWO_LITELLM)}"
        ),
    ),
    PeerRow(
        "gateway",
        "What that adds to the provider's p50, one caller",
        lambda r: f"{r['added']['answerable']['p50_ms']:.1f} ms",
        lambda r: f"LiteLLM proxy: {r['added'][_LITELLM]['p50_ms']:.1f} ms",
    ),
    PeerRow(
        "evaluator_speed",
        "Scoring the same 1,190 outputs, metrics that ask no model: processor time",
        lambda _: "1x",
        lambda r: (
            f"Ragas: {r['peers']['ragas']['ratio']:.0f}x; DeepEval: {r['peers']['deepeval']['ratio']:.0f}x"
        ),
    ),
    PeerRow(
        "trace_storage",
        "A trace of 6 spans and a prompt of 2 kB on disk",
        lambda r: f"{r['bytes_a_trace']['all']:,} bytes",
        lambda r: f"Langfuse's schema in ClickHouse: {r['langfuse_schema_bytes_a_trace']['all']:,} bytes",
    ),
)
