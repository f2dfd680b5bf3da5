"""Traces: one row for each run of an app."""

from alembic import op

revision = "0005"
down_revision = "0004"
phase = "before"

SQL = """
CREATE TABLE trace (
    id               text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{32}$'),
    started_at       timestamptz NOT NULL,
    duration_ms      real NOT NULL,
    app              text NOT NULL,
    variant          text NOT NULL,
    variant_hash     text NOT NULL,
    status           text NOT NULL CHECK (status IN ('ok', 'error', 'cancelled')),
    key_id           uuid,
    user_id          text,
    conversation_id  text,
    model            text NOT NULL,
    input            jsonb NOT NULL,
    output           text NOT NULL,
    raw              text[] NOT NULL,
    sources          text[] NOT NULL,
    attempts         jsonb NOT NULL,
    timings          jsonb NOT NULL,
    usage            jsonb NOT NULL,
    cost_usd         numeric,  -- NULL: a price is unknown
    saved_usd        numeric,
    cached           boolean NOT NULL,
    abstained        boolean NOT NULL,
    verdicts         jsonb NOT NULL,
    error_code       text,
    error_detail     text
);
CREATE INDEX trace_started ON trace (started_at DESC);
CREATE INDEX trace_app ON trace (app, started_at DESC);
CREATE INDEX trace_conversation ON trace (conversation_id) WHERE conversation_id IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
