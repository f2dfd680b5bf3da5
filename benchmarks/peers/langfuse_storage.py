"""Traces in ClickHouse, in tables with the columns, codecs, keys and indexes that Langfuse's public migrations give its
`traces` and `observations` (2026). Prints the bytes a trace that the merged parts take on the disk.

Runs in an environment of its own, see `trace_storage`: FILE of JSON lines (gzip), FOLDER of the database.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from typing import Any

from chdb.session import Session

_BATCH = 2000
_TIMES = "created_at DateTime64(3), updated_at DateTime64(3), event_ts DateTime64(3), is_deleted UInt8"
_ENGINE = "ENGINE = ReplacingMergeTree(event_ts, is_deleted)"
_TABLES = {
    "traces": f"""id String, timestamp DateTime64(3), name String, user_id Nullable(String),
        metadata Map(LowCardinality(String), String), release Nullable(String), version Nullable(String),
        project_id String, public Bool, bookmarked Bool, tags Array(String), input Nullable(String) CODEC(ZSTD(3)),
        output Nullable(String) CODEC(ZSTD(3)), session_id Nullable(String), {_TIMES},
        INDEX by_id id TYPE bloom_filter(0.001) GRANULARITY 1,
        INDEX by_key mapKeys(metadata) TYPE bloom_filter(0.01) GRANULARITY 1,
        INDEX by_value mapValues(metadata) TYPE bloom_filter(0.01) GRANULARITY 1) {_ENGINE}
        PARTITION BY toYYYYMM(timestamp) PRIMARY KEY (project_id, toDate(timestamp))
        ORDER BY (project_id, toDate(timestamp), id)""",
    "observations": f"""id String, trace_id String, project_id String, type LowCardinality(String),
        parent_observation_id Nullable(String), start_time DateTime64(3), end_time Nullable(DateTime64(3)),
        name String, metadata Map(LowCardinality(String), String), level LowCardinality(String),
        status_message Nullable(String), version Nullable(String), input Nullable(String) CODEC(ZSTD(3)),
        output Nullable(String) CODEC(ZSTD(3)), provided_model_name Nullable(String),
        internal_model_id Nullable(String), model_parameters Nullable(String),
        provided_usage_details Map(LowCardinality(String), UInt64), usage_details Map(LowCardinality(String), UInt64),
        provided_cost_details Map(LowCardinality(String), Decimal64(12)),
        cost_details Map(LowCardinality(String), Decimal64(12)), total_cost Nullable(Decimal64(12)),
        completion_start_time Nullable(DateTime64(3)), prompt_id Nullable(String), prompt_name Nullable(String),
        prompt_version Nullable(UInt16), {_TIMES}, INDEX by_id id TYPE bloom_filter GRANULARITY 1,
        INDEX by_trace trace_id TYPE bloom_filter GRANULARITY 1,
        INDEX by_project project_id TYPE bloom_filter GRANULARITY 1) {_ENGINE}
        PARTITION BY toYYYYMM(start_time) PRIMARY KEY (project_id, type, toDate(start_time))
        ORDER BY (project_id, type, toDate(start_time), id)""",
}
_PROJECT = "cm0project0000000000000000"


def main(file: str, folder: str) -> None:
    database = Session(folder)
    database.query("CREATE DATABASE peer")
    for name, columns in _TABLES.items():
        database.query(f"CREATE TABLE peer.{name} ({columns}")
    traces = 0
    for batch in _read(file):
        traces += len(batch)
        _insert(database, "traces", [_to_trace(one["trace"]) for one in batch])
        _insert(
            database,
            "observations",
            [_to_observation(one["trace"], s) for one in batch for s in one["spans"]],
        )
    for name in _TABLES:
        database.query(f"OPTIMIZE TABLE peer.{name} FINAL")
    print(json.dumps(_measure(database, traces)))


def _measure(database: Any, traces: int) -> dict[str, int]:
    rows = database.query(
        "SELECT table, sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts"
        " WHERE active AND database = 'peer' GROUP BY table",
        "JSONEachRow",
    )
    found = [json.loads(line) for line in str(rows).splitlines()]
    assert {one["table"]: int(one["rows"]) // traces for one in found} == {"traces": 1, "observations": 6}
    space = {one["table"]: round(int(one["bytes"]) / traces) for one in found}
    return {**space, "all": sum(space.values())}


def _read(file: str) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _insert(database: Any, table: str, rows: list[dict[str, Any]]) -> None:
    lines = "\n".join(json.dumps(row) for row in rows)
    database.query(
        f"INSERT INTO peer.{table} SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow\n{lines}"
    )


def _to_trace(trace: dict[str, Any]) -> dict[str, Any]:
    """Return the row; what has no column of its own is metadata, as the SDK sends it."""
    kept = (
        "variant",
        "variant_hash",
        "label",
        "collection",
        "status",
        "citations",
        "sources",
        "timings_ms",
        "attempts",
    )
    at = trace["started_at"]
    return {
        "id": trace["id"],
        "timestamp": at,
        "name": trace["app"],
        "user_id": trace["user"],
        "metadata": {key: _to_text(trace[key]) for key in kept},
        "version": trace["variant"],
        "project_id": _PROJECT,
        "input": json.dumps(trace["input"]),
        "output": trace["output"],
        **_times(at),
    }


def _to_observation(trace: dict[str, Any], span: dict[str, Any]) -> dict[str, Any]:
    attributes = dict(span["attributes"])
    messages = attributes.pop("gen_ai.input.messages", None)
    row = {
        "id": span["span_id"],
        "trace_id": span["trace_id"],
        "project_id": _PROJECT,
        "type": "SPAN" if messages is None else "GENERATION",
        "parent_observation_id": span["parent_id"],
        "start_time": _to_moment(span["start_ns"]),
        "end_time": _to_moment(span["end_ns"]),
        "name": span["name"],
        "metadata": {key: _to_text(value) for key, value in attributes.items()},
        "level": "DEFAULT",
        **_times(trace["started_at"]),
    }
    if messages is not None:
        usage = {"input": trace["usage"]["input_tokens"], "output": trace["usage"]["output_tokens"]}
        row |= {
            "input": json.dumps(messages),
            "output": trace["output"],
            "provided_model_name": trace["model"],
            "usage_details": usage,
            "provided_usage_details": usage,
            "cost_details": {"total": trace["cost_usd"]},
            "total_cost": trace["cost_usd"],
        }
    return row


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _to_moment(nanoseconds: int) -> float:
    return round(nanoseconds / 1e9, 3)


def _times(at: str) -> dict[str, Any]:
    return {"created_at": at, "updated_at": at, "event_ts": at, "is_deleted": 0}


if __name__ == "__main__":
    main(*sys.argv[1:])
