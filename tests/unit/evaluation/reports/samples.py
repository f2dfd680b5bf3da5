"""A run with results of every kind, as reports read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from answerable.datasets.types import Example
from answerable.evaluation.runs.types import EvalRun, EvaluatorRef, ItemResult, ItemScore, MetricSummary
from answerable.evaluation.types import Metric, Output, Passage

RUN_ID = UUID("01a1febb-d83a-788b-89c9-798c6d9978cb")
EXACT = Metric("exact", kind="binary")
LATENCY = Metric("latency_ms", better="lower", unit="ms", highest=None)
HOSTILE = "</script><script>alert(1)</script> & | `x` \x00\x1b \u202eשלום مرحبا"


def make_item(
    place: int, *, output: Output | None, value: float | None = None, error: str = ""
) -> ItemResult:
    scores = (
        ()
        if output is None
        else (
            ItemScore("exact", "1", "exact", value, reason="" if value else HOSTILE),
            ItemScore("latency", "1", "latency_ms", 12.0 + place),
        )
    )
    return ItemResult(
        run_id=RUN_ID,
        position=place,
        repeat=0,
        example_key=f"q{place}",
        example_id=None,
        example=Example(input={"question": HOSTILE}, expected="Yes.", key=f"q{place}"),
        output=output,
        error=error,
        scores=scores,
        tags=("a|b",),
    )


ITEMS = (
    make_item(0, output=Output(text="Yes.", latency_ms=12.0, passages=(Passage(HOSTILE),)), value=1.0),
    make_item(1, output=Output(text=HOSTILE, latency_ms=13.0), value=0.0),
    make_item(2, output=None, error=f"Unavailable: {HOSTILE}"),
    make_item(3, output=Output(text="?"), value=None),
)

RUN = EvalRun(
    id=RUN_ID,
    app="faq",
    variant="terse",
    variant_hash="0123456789abcdef",
    target="app",
    dataset="golden",
    version=3,
    version_hash="f" * 64,
    split="test",
    tags=("a|b",),
    repeats=1,
    evaluators=(
        EvaluatorRef("exact", "1", "code", (EXACT,)),
        EvaluatorRef("latency", "1", "code", (LATENCY,)),
    ),
    state="done",
    total=4,
    done=4,
    failed=1,
    cost_usd=Decimal("0.1234"),
    judge_cost_usd=Decimal("0.01"),
    unpriced=1,
    created_at=datetime(2026, 11, 21, 15, 0, tzinfo=UTC),
    finished_at=datetime(2026, 11, 21, 15, 1, tzinfo=UTC),
    by="ann",
    note=HOSTILE,
    summary=(
        MetricSummary("exact", "exact", "1", 2, 0.5, 0.1, 0.9, 1, kind="binary"),
        MetricSummary("latency_ms", "latency", "1", 3, 13.0, 12.0, 14.0, 0, better="lower", unit="ms"),
    ),
)


async def read_items() -> AsyncIterator[Sequence[ItemResult]]:
    yield ITEMS[:2]
    yield ITEMS[2:]
