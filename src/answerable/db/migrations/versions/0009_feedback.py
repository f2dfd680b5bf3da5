"""Scores of answers, their roll-ups, and what signals are derived from."""

from alembic import op

revision = "0009"
down_revision = "0008"
phase = "before"

SQL = """
-- What somebody or something says of an answer. Of the same from the same there is one: the later replaces the earlier.
CREATE TABLE score (
    id                 uuid PRIMARY KEY,
    trace_id           text NOT NULL CHECK (trace_id ~ '^[0-9a-f]{32}$'),
    span_id            text,
    app                text NOT NULL,
    variant            text NOT NULL,
    key_id             uuid,           -- of the answer, as user_id of a trace: whose it is
    answered_at        timestamptz NOT NULL,  -- when the run began: the time that the score counts at
    name               text NOT NULL,
    source             text NOT NULL CHECK (source IN ('user', 'human', 'judge', 'code')),
    value              double precision,
    label              text,
    text               text,           -- a comment, a reason, the text that was used in the end
    by                 text NOT NULL,  -- the user or the reviewer, where known
    evaluator          text NOT NULL,
    evaluator_version  text NOT NULL,
    idempotency_key    text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT score_identity UNIQUE NULLS NOT DISTINCT (trace_id, name, source, by, evaluator, span_id)
);
CREATE INDEX score_idempotency ON score (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX score_by ON score (by) WHERE by <> '';
CREATE INDEX score_app ON score (app, answered_at);
CREATE INDEX score_updated ON score (updated_at);

CREATE TABLE score_rollup (
    level    text NOT NULL CHECK (level IN ('minute', 'hour', 'day')),
    bucket   timestamptz NOT NULL,
    app      text NOT NULL,
    variant  text NOT NULL,
    name     text NOT NULL,
    source   text NOT NULL,
    count    bigint NOT NULL,
    total    double precision NOT NULL,
    PRIMARY KEY (level, bucket, app, variant, name, source)
) WITH (fillfactor = 70);  -- room to update a row where it is

-- Runs with feedback that came, by a signed token, before their traces were written.
CREATE TABLE awaited_run (
    trace_id  text NOT NULL,
    span_id   text NOT NULL,
    since     timestamptz NOT NULL DEFAULT now(),
    next_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (trace_id, span_id)
);

-- Runs that signals may follow from, as soon as their traces are written; one is gone when it was dealt with.
CREATE TABLE signal_queue (
    trace_id      text NOT NULL,
    span_id       text NOT NULL,
    written_at    timestamptz NOT NULL DEFAULT now(),
    leased_until  timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (trace_id, span_id)
);
CREATE INDEX signal_queue_order ON signal_queue (written_at);

-- What users asked in the last hour: what became of an answer shows in what was asked next.
CREATE TABLE asked_run (
    trace_id         text NOT NULL,
    span_id          text NOT NULL,
    app              text NOT NULL,
    variant          text NOT NULL,
    key_id           uuid,
    user_id          text NOT NULL,
    conversation_id  text NOT NULL,
    started_at       timestamptz NOT NULL,
    ended_at         timestamptz NOT NULL,
    status           text NOT NULL,
    question         text NOT NULL,
    asker            text NOT NULL,  -- who asked which app: empty when nobody knows
    seen_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (trace_id, span_id)
);
CREATE INDEX asked_run_asker ON asked_run (asker, started_at) WHERE asker <> '';
CREATE INDEX asked_run_user ON asked_run (user_id);
CREATE INDEX asked_run_seen ON asked_run (seen_at);
"""


def upgrade() -> None:
    op.execute(SQL)
