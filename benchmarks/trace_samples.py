"""Made traces of 6 spans with a prompt of 2 kB, and the space that they take."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from decimal import Decimal

import psycopg

from answerable.core.ids import new_trace_id
from answerable.llm.types import Attempt, Usage
from answerable.traces.types import Span, Trace

SPANS = ("request", "retrieval", "prompt", "chat fake-1", "verification", "cache")
PROMPT_CHARACTERS = 2000


def measure_space(conninfo: str, traces: int) -> dict[str, int]:
    """Return bytes a trace of rows, of what is stored beside them (TOAST), and of indexes."""
    space: dict[str, int] = {}
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM")
        for table in ("trace", "span_part"):
            row = connection.execute(
                """SELECT sum(pg_relation_size(c.oid))::bigint, sum(pg_indexes_size(c.oid))::bigint,
                          sum(coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0))::bigint
                FROM pg_partition_tree(%s) p JOIN pg_class c ON c.oid = p.relid WHERE p.isleaf""",
                (table,),
            ).fetchone()
            assert row is not None
            for kind, size in zip(("rows", "indexes", "toast"), row, strict=True):
                space[f"{table} {kind}"] = round(size / traces)
    return {**space, "all": sum(space.values())}


def make_trace(rng: random.Random, text: str) -> tuple[Trace, tuple[Span, ...]]:
    """Return a trace such as `/ask` leaves: a question, a prompt, an answer of two sentences, all cut out of `text`."""
    prompt = _cut(rng, text, PROMPT_CHARACTERS)
    trace = Trace(
        id=new_trace_id(),
        span_id=f"{rng.getrandbits(64):016x}",
        started_at=datetime.now(UTC),
        app=rng.choice(("ask", "support", "search")),
        variant="main@0123456789ab",
        variant_hash="0" * 64,
        label="production",
        collection="handbook",
        status="ok",
        input={"input": {"question": _cut(rng, text, 80)}},
        duration_ms=round(rng.lognormvariate(6, 0.7), 2),
        first_token_ms=round(rng.lognormvariate(4, 0.5), 2),
        user=f"user-{rng.randrange(500)}",
        model="openai:gpt-5-mini",
        output=_cut(rng, text, 250),
        sources=tuple(f"{rng.getrandbits(64):x}" for _ in range(5)),
        citations=({"sentence": _cut(rng, text, 120), "verdict": "supported", "source": 1},) * 2,
        attempts=(Attempt("openai:gpt-5-mini", 0.1, 310.5),),
        timings_ms={"retrieval": 12.1, "model": 310.5, "verification": 4.2},
        usage=Usage(input_tokens=500, output_tokens=60),
        cost_usd=Decimal("0.000245"),
        verdicts={"supported": 2},
        retrieval_score=round(rng.random(), 3),
    )
    spans = tuple(
        Span(
            trace_id=trace.id,
            span_id=f"{rng.getrandbits(64):016x}",
            parent_id=None if number == 0 else trace.span_id,
            name=name,
            start_ns=time.time_ns(),
            end_ns=time.time_ns() + rng.randrange(10**9),
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.usage.input_tokens": 500,
                "answerable.app": trace.app,
                **({"gen_ai.input.messages": [{"role": "user", "content": prompt}]} if number == 3 else {}),
            },
        )
        for number, name in enumerate(SPANS)
    )
    return trace, spans


def _cut(rng: random.Random, text: str, characters: int) -> str:
    start = rng.randrange(len(text) - characters)
    return text[start : start + characters]
