"""What is measured of search and ingestion."""

from __future__ import annotations

from benchmarks.rows.row import Result, Row

_SETS = {
    "xquad-en": "XQuAD-en",
    "qed": "QED",
    "cookbook": "product docs",
    "scifact": "SciFact",
    "xquad-de": "XQuAD-de",
    "xquad-zh": "XQuAD-zh",
}


def _retrieval(result: Result) -> str:
    return ", ".join(f"{label} {result['sets'][key]['fused']:.3f}" for key, label in _SETS.items())


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
        "ingestion",
        "Ingestion of 340 documentation files, chunks a second: share of the bare embedder; against LangChain, "
        "whose chunks are fewer and larger",
        ">= .95; >= 1.8x",
        lambda r: (
            f"{r['share_of_bare_embedder']:.2f}; {r['ratio_to_langchain_chunks']:.2f}x, "
            f"{r['ratio_to_langchain_seconds']:.2f}x by the time for all files"
        ),
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
)
