"""What is measured of traces, monitoring and review."""

from __future__ import annotations

from benchmarks.rows.row import Result, Row


def _read_month(result: Result, keys: str) -> float:
    milliseconds: float = result[f"{keys} keys an app"]["ms"]["monitor, 30 days"]["p95_ms"]
    return milliseconds


ROWS: tuple[Row, ...] = (
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
)
