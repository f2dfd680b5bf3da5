"""Marks on the charts, alerts and their notices, lost traces, online evaluation."""

from alembic import op

revision = "0012"
down_revision = "0011"
phase = "before"

SQL = """
-- What happened at a moment, beside the moves of labels (label_event) and new variants (variant).
CREATE TABLE mark (
    id    uuid PRIMARY KEY,
    at    timestamptz NOT NULL,
    kind  text NOT NULL CHECK (kind IN ('server', 'deploy')),
    app   text,  -- NULL: all of them
    text  text NOT NULL,
    by    text NOT NULL
);
CREATE INDEX mark_at ON mark (at);

-- How the alerts of answerable.toml stand, by their names there. One process at a time evaluates.
CREATE TABLE alert (
    name            text PRIMARY KEY,
    state           text NOT NULL CHECK (state IN ('ok', 'pending', 'firing')),
    since           timestamptz NOT NULL,      -- when it came into that state
    good            integer NOT NULL,          -- evaluations in a row that would let it recover
    told            text NOT NULL CHECK (told IN ('ok', 'firing')),  -- what people heard last
    value           double precision,          -- of the last evaluation, and so the next three
    threshold       double precision,
    requests        bigint,
    evaluated_at    timestamptz NOT NULL,
    silenced_until  timestamptz,
    silenced_by     text NOT NULL DEFAULT ''
);

-- What has to be delivered, for each alert and channel. Written with the state that it tells of.
CREATE TABLE alert_notice (
    id            uuid PRIMARY KEY,
    alert         text NOT NULL,
    channel       text NOT NULL,
    content       jsonb NOT NULL,
    created_at    timestamptz NOT NULL,
    next_at       timestamptz NOT NULL,  -- when to try (again); while one tries, when another may
    attempts      integer NOT NULL DEFAULT 0,
    delivered_at  timestamptz,
    given_up_at   timestamptz,
    error         text NOT NULL DEFAULT ''
);
CREATE INDEX alert_notice_due ON alert_notice (next_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX alert_notice_newest ON alert_notice (created_at DESC);

-- Traces that a process had to drop, by minute.
CREATE TABLE lost_trace (
    bucket  timestamptz NOT NULL,
    server  uuid NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (bucket, server)
);

-- Sampled runs that an evaluator has yet to score. Written with the traces, deleted with the score.
CREATE TABLE online_task (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule        text NOT NULL,
    evaluator   text NOT NULL,
    trace_id    text NOT NULL,
    span_id     text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    next_at     timestamptz NOT NULL DEFAULT now(),  -- as in alert_notice
    attempts    integer NOT NULL DEFAULT 0,
    UNIQUE (rule, evaluator, trace_id, span_id)
);
CREATE INDEX online_task_due ON online_task (next_at, id);
CREATE INDEX online_task_trace ON online_task (trace_id);

-- What online evaluation did on a day (UTC), and spent of its cap.
CREATE TABLE online_day (
    day        date NOT NULL,
    rule       text NOT NULL,
    evaluator  text NOT NULL,
    scored     bigint NOT NULL DEFAULT 0,
    failed     bigint NOT NULL DEFAULT 0,
    skipped    bigint NOT NULL DEFAULT 0,  -- the cap was reached, it waited for a day, or there was nothing to score
    usd        numeric NOT NULL DEFAULT 0,
    unpriced   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, rule, evaluator)
);

CREATE TABLE online_failure (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    rule       text NOT NULL,
    evaluator  text NOT NULL,
    trace_id   text NOT NULL,
    error      text NOT NULL
);
CREATE INDEX online_failure_at ON online_failure (at);
CREATE INDEX online_failure_trace ON online_failure (trace_id);

-- The runs of judges about a trace: they hold what it holds, and are erased with it.
CREATE TABLE judged_run (
    trace_id        text NOT NULL,
    judge_trace_id  text NOT NULL,
    PRIMARY KEY (trace_id, judge_trace_id)
);
"""


def upgrade() -> None:
    op.execute(SQL)
