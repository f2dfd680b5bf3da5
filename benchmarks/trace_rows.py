"""Made traces, written by SQL from a seed: 30 days, 5 apps, 20 variants, 2,000 users, 3 % errors, Zipf's words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import psycopg
from psycopg.types.json import Jsonb

DAYS: Final = 30
LONG_TRACE: Final = "f" * 32
LONG_SPANS: Final = 2_000
_TEXTS: Final = 20_000
_VOCABULARY: Final = 20_000
_SYLLABLES: Final = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]

_SETUP: Final = """
CREATE TABLE made_text (number int PRIMARY KEY, question text NOT NULL, answer text NOT NULL);
CREATE FUNCTION draw(n bigint, what text, below int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashtextextended(what || n, 7) & 2147483647) % below;
"""

_DAY: Final = """
INSERT INTO trace (id, span_id, started_at, keep_days, duration_ms, first_token_ms, app, variant, variant_hash, label,
    purpose, status, key_id, user_id, conversation_id, collection, model, input, output, raw, sources, citations,
    attempts, timings, usage, cost_usd, saved_usd, cached, abstained, verdicts, retrieval_score, thumb, accepted,
    error_code, error_detail)
SELECT md5('trace' || n), left(md5('span' || n), 16),
    %(day)s::timestamptz + (draw(n, 'at', %(seconds)s) + draw(n, 'us', 1000000) / 1e6) * interval '1 second',
    90, 200 * exp(draw(n, 'ms', 4000) / 1000.0), 90 + draw(n, 'ft', 900), 'app' || a, 'v' || v || '@' || left(h, 12), h,
    CASE draw(n, 'label', 10) WHEN 0 THEN 'candidate' ELSE 'production' END,
    CASE draw(n, 'purpose', 50) WHEN 0 THEN 'eval' WHEN 1 THEN 'trial' ELSE 'serve' END,
    CASE WHEN failed THEN 'error' ELSE 'ok' END, k, 'user' || draw(n, 'user', 2000), 'c' || draw(n, 'talk', 200000),
    'docs' || a, CASE draw(n, 'model', 40) WHEN 0 THEN 'openai:large' ELSE 'openai:small' END,
    jsonb_build_object('input', jsonb_build_object('question', t.question || ' ref' || n)),
    CASE WHEN failed THEN '' ELSE t.answer END, '{}', ARRAY['c' || n, 'c' || n + 1, 'c' || n + 2, 'c' || n + 3],
    jsonb_build_array(
        jsonb_build_object('text', left(t.answer, 200), 'verdict', 'supported', 'sources', jsonb_build_array(1)),
        jsonb_build_object('text', right(t.answer, 200), 'verdict', 'supported', 'sources', jsonb_build_array(2, 3))),
    '[{"model": "openai:small", "start_ms": 12.1, "duration_ms": 812.5, "code": null, "detail": null, "hedge": false}]',
    '{"retrieval": 12.1, "model": 812.5, "verification": 40.2}',
    '{"input_tokens": 812, "output_tokens": 170, "cached_input_tokens": 0, "cache_write_tokens": 0,
      "reasoning_tokens": 0, "image_tokens": 0}',
    exp(draw(n, 'cost', 6000) / 1000.0) / 1e5, NULL, draw(n, 'cached', 12) = 0, draw(n, 'abstained', 40) = 0,
    CASE draw(n, 'verdict', 25) WHEN 0 THEN '{"supported": 1, "unsupported": 1}'::jsonb ELSE '{"supported": 2}' END,
    draw(n, 'score', 1000) / 1000.0, CASE draw(n, 'thumb', 100) WHEN 0 THEN -1 WHEN 1 THEN 1 WHEN 2 THEN 1 END,
    CASE draw(n, 'thumb', 100) WHEN 0 THEN false WHEN 1 THEN true WHEN 2 THEN true END,
    CASE WHEN failed THEN (ARRAY['deadline_exceeded', 'upstream_failed', 'budget_used_up'])[1 + draw(n, 'code', 3)] END,
    NULL
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
    LATERAL (SELECT draw(n, 'app', 5) AS a, draw(n, 'failed', 100) < 3 AS failed) one,
    LATERAL (SELECT a * 4 + draw(n, 'variant', 4) AS v) two,
    LATERAL (SELECT md5('variant' || v) || md5('more' || v) AS h, md5('key' || draw(n, 'key', 20))::uuid AS k) three,
    made_text t
WHERE t.number = draw(n, 'text', %(texts)s);

INSERT INTO span_part (trace_id, part, received_at, keep_days, service, spans)
SELECT id, gen_random_uuid(), started_at, keep_days, 'answerable', (
    SELECT jsonb_agg(jsonb_build_object('span_id', left(md5(id || s), 16), 'name', 'step ' || s, 'start_ns', ns,
        'end_ns', ns + 1000000, 'attributes', jsonb_build_object('answerable.app', app, 'gen_ai.request.model', model)))
    FROM generate_series(1, 6) s)
FROM trace, LATERAL (SELECT (extract(epoch FROM started_at) * 1e9)::bigint AS ns) t
WHERE started_at >= %(day)s AND started_at < %(day)s::timestamptz + interval '1 day' AND draw(ns, 'spans', 20) = 0;
"""


def fill(conninfo: str, traces: int, *, now: datetime) -> None:
    """Write `traces` runs of the 30 days before now, and one run of 2,000 spans. 1 trace in 20 has spans."""
    with psycopg.connect(conninfo, autocommit=True, cursor_factory=psycopg.ClientCursor) as database:
        database.execute(_SETUP)
        with database.cursor().copy("COPY made_text FROM STDIN") as copy:
            for row in _make_texts():
                copy.write_row(row)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(DAYS):
            day = today - timedelta(days=DAYS - 1 - number)
            database.execute("SELECT create_trace_partitions(90::smallint, %s::date)", (day,))
            first, last = traces * number // DAYS, traces * (number + 1) // DAYS - 1
            seconds = min(86_399, int((now - day).total_seconds()))
            values = {"day": day, "first": first, "last": last, "texts": _TEXTS, "seconds": seconds}
            database.execute(_DAY, values)
        _add_long_trace(database, today - timedelta(days=DAYS // 2))
        database.execute("VACUUM ANALYZE")  # as autovacuum does meanwhile


def list_words() -> list[str]:
    """Return the words, commonest first. `refN` stands in one trace alone."""
    return list(_make_words())


def _make_words() -> Iterator[str]:
    random_ = random.Random(5)
    made: dict[str, None] = {}
    while len(made) < _VOCABULARY:
        made.setdefault("".join(random_.choices(_SYLLABLES, k=random_.randint(2, 4))))
    return iter(made)


def _make_texts() -> Iterator[tuple[int, str, str]]:
    random_, words = random.Random(6), list_words()
    weights = [1 / (rank + 10) for rank in range(len(words))]
    for number in range(_TEXTS):
        drawn = random_.choices(words, weights, k=130)
        yield number, " ".join(drawn[:12]), " ".join(drawn[12:])


def _add_long_trace(database: psycopg.Connection, at: datetime) -> None:
    ns = int(at.timestamp()) * 10**9
    spans = [
        {
            "span_id": f"{number + 1:016x}",
            "parent_id": f"{number // 4:016x}" if number > 3 else ("0" * 15 + "1" if number else None),
            "name": f"tool {number % 9}",
            "start_ns": ns + number * 10**6,
            "end_ns": ns + (4_000 - number) * 10**6,
            "attributes": {"gen_ai.tool.name": f"tool {number % 9}", "answerable.result": "x" * 200},
        }
        for number in range(LONG_SPANS)
    ]
    database.execute(
        "INSERT INTO trace SELECT (jsonb_populate_record(t, %s)).* FROM trace t WHERE started_at >= %s LIMIT 1",
        (Jsonb({"id": LONG_TRACE, "span_id": spans[0]["span_id"], "started_at": at.isoformat()}), at),
    )
    for begin in range(0, LONG_SPANS, 1000):
        database.execute(
            "INSERT INTO span_part VALUES (%s, gen_random_uuid(), %s, 90, 'answerable', %s)",
            (LONG_TRACE, at, Jsonb(spans[begin : begin + 1000])),
        )
