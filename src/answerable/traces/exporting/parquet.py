"""Parquet: a run a row; what has no fixed shape is a column of JSON. Needs the extra `parquet`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from answerable.traces.rendering import render_trace
from answerable.traces.types import Trace

_GROUP: Final = 5_000
"""Rows of a row group, which is what is held in memory."""

_TEXT, _NUMBER, _COUNT = pa.string(), pa.float64(), pa.int64()
_JSON: Final = ("input", "citations", "attempts", "timings_ms")
_USAGE: Final = (
    "input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens", "image_tokens",
)  # fmt: skip
_VERDICTS: Final = ("supported", "partial", "unsupported", "unchecked")
SCHEMA: Final = pa.schema([
    ("id", _TEXT), ("span_id", _TEXT), ("started_at", pa.timestamp("us", tz="UTC")), ("duration_ms", _NUMBER),
    ("first_token_ms", _NUMBER), ("app", _TEXT), ("variant", _TEXT), ("variant_hash", _TEXT), ("label", _TEXT),
    ("purpose", _TEXT), ("status", _TEXT), ("error_code", _TEXT), ("error_detail", _TEXT), ("key_id", _TEXT),
    ("user", _TEXT), ("conversation_id", _TEXT), ("collection", _TEXT), ("model", _TEXT), ("output", _TEXT),
    ("raw", pa.list_(_TEXT)), ("sources", pa.list_(_TEXT)), *((name, _TEXT) for name in _JSON),
    *((name, _COUNT) for name in _USAGE), ("cost_usd", _NUMBER), ("saved_usd", _NUMBER), ("cached", pa.bool_()),
    ("abstained", pa.bool_()), *((name, _COUNT) for name in _VERDICTS), ("retrieval_score", _NUMBER),
    ("thumb", pa.int8()), ("accepted", pa.bool_()),
])  # fmt: skip


class _Sink:
    """A file that keeps what is written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def flush(self) -> None:
        """There is nothing below to flush to."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class Parquet:
    """Writes a row group whenever enough rows have come."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, mode="w"), SCHEMA, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def encode(self, traces: Sequence[Trace]) -> bytes:
        self._rows += [_flatten(trace) for trace in traces]
        if len(self._rows) >= _GROUP:
            self._write_rows()
        return self._sink.take()

    def finish(self) -> bytes:
        self._write_rows()
        self._writer.close()
        return self._sink.take()

    def _write_rows(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA), row_group_size=_GROUP)
            self._rows = []


def _flatten(trace: Trace) -> dict[str, Any]:
    values = render_trace(trace)
    values["started_at"] = trace.started_at
    for name in _JSON:
        values[name] = json.dumps(values[name], ensure_ascii=False, separators=(",", ":"))
    usage, verdicts = values.pop("usage"), values.pop("verdicts")
    counted = {name: int(verdicts.get(name, 0)) for name in _VERDICTS}
    return {**values, **{name: usage[name] for name in _USAGE}, **counted}


def create_encoder() -> Parquet:
    return Parquet()
