"""Outputs, evaluators and summaries as the JSON of their columns, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from answerable.core.texts import to_storable
from answerable.datasets.types import ToolCall, Turn
from answerable.evaluation.runs.types import EvaluatorRef, MetricSummary
from answerable.evaluation.types import Metric, Output, Passage, Sentence


def dump(value: Any) -> str:
    """Return JSON that PostgreSQL takes; what is no JSON value becomes its text."""
    text = json.dumps(_finite(value), ensure_ascii=False, default=_to_json)
    return to_storable(text).replace("\\u0000", "\ufffd")


def write_output(output: Output) -> dict[str, Any]:
    """Return the output as JSON without what is unknown or empty."""
    written = {
        "text": output.text,
        "data": output.data,
        "passages": [_write_slots(one) for one in output.passages],
        "sentences": [_write_slots(one) for one in output.sentences],
        "tool_calls": [_write_slots(one) for one in output.tool_calls],
        "turns": [_write_slots(one) for one in output.turns],
        "abstained": output.abstained,
        "latency_ms": output.latency_ms,
        "first_token_ms": output.first_token_ms,
        "input_tokens": output.input_tokens,
        "output_tokens": output.output_tokens,
        "cost_usd": None if output.cost_usd is None else str(output.cost_usd),
        "model": output.model,
        "trace_id": output.trace_id,
        "cached": output.cached,
    }
    return {name: value for name, value in written.items() if value not in (None, "", []) or name == "text"}


def read_output(row: Mapping[str, Any]) -> Output:
    cost = row.get("cost_usd")
    return Output(
        **{
            **row,
            "passages": tuple(Passage(**one) for one in row.get("passages", ())),
            "sentences": tuple(
                Sentence(**{**one, "markers": tuple(one.get("markers", ()))})
                for one in row.get("sentences", ())
            ),
            "tool_calls": tuple(ToolCall(**one) for one in row.get("tool_calls", ())),
            "turns": tuple(Turn(**one) for one in row.get("turns", ())),
            "cost_usd": None if cost is None else Decimal(cost),
        }
    )


def write_refs(refs: Sequence[EvaluatorRef]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "version": one.version,
            "source": one.source,
            "metrics": [_write_slots(metric) for metric in one.metrics],
        }
        for one in refs
    ]


def read_refs(rows: Sequence[Mapping[str, Any]]) -> tuple[EvaluatorRef, ...]:
    return tuple(
        EvaluatorRef(
            one["id"], one["version"], one["source"], tuple(Metric(**metric) for metric in one["metrics"])
        )
        for one in rows
    )


def write_summary(summary: Sequence[MetricSummary]) -> list[dict[str, Any]]:
    return [_write_slots(one) for one in summary]


def read_summary(rows: Sequence[Mapping[str, Any]]) -> tuple[MetricSummary, ...]:
    return tuple(MetricSummary(**row) for row in rows)


def _write_slots(value: Any) -> dict[str, Any]:
    """Return the fields of a flat frozen value by name; `dataclasses.asdict` copies deeply and takes 20 times as
    long."""
    return {name: getattr(value, name) for name in value.__slots__}


def _to_json(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _finite(value: Any) -> Any:
    """Return the value with NaN and infinities as texts: JSON has none of them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
