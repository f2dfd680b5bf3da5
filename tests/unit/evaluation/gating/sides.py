"""Two runs to be compared, small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from answerable.evaluation.gating.types import Measured, Side
from answerable.evaluation.types import Metric

EXACT = Metric("exact", kind="binary")
RECALL = Metric("recall@5")
LATENCY = Metric("latency_ms", better="lower", unit="ms", highest=None)


def make_side(
    name: str,
    values: Mapping[str, Sequence[float | None]],
    *,
    metrics: Sequence[Metric] = (EXACT, RECALL, LATENCY),
    tags: Sequence[Sequence[str]] = (),
    examples: Mapping[int, Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Side:
    """Return a run of one value of each metric for each example; None: the evaluator gave none.

    `tags` are of the examples in their order, `examples` are fields of single ones, by their place.
    """
    count = max((len(column) for column in values.values()), default=0)
    measured = {}
    for index in range(count):
        row = {metric: column[index] for metric, column in values.items()}
        fields: dict[str, Any] = {
            "values": {metric: (value,) for metric, value in row.items() if value is not None},
            "unscored": {metric: 1 for metric, value in row.items() if value is None},
            "tags": frozenset(tags[index]) if tags else frozenset(),
            "input": f"What is {index}?",
            "output": f"{name} says {index}",
            "content_hash": f"hash {index}",
        }
        key = f"q{index:03}"
        measured[key] = Measured(key, **{**fields, **(examples or {}).get(index, {})})
    settings: dict[str, Any] = {
        "variant_hash": name * 8,
        "dataset": "golden",
        "version": 3,
        "version_hash": "v" * 64,
        "versions": {"exact": "1"},
        "metrics": {metric.name: metric for metric in metrics if metric.name in values},
        "sources": {metric: metric.partition("@")[0] for metric in values},
        "app": "faq",
        **changes,
    }
    return Side(name=name, examples=measured, **settings)
