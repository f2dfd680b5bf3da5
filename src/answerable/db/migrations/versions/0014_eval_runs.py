"""Eval runs, their outputs and scores."""

from alembic import op

revision = "0014"
down_revision = "0013"
phase = "before"

SQL = """
CREATE TABLE eval_run (
    id            uuid PRIMARY KEY,
    app           text NOT NULL,
    variant       text NOT NULL,
    variant_hash  text NOT NULL,
    target        text NOT NULL,              -- 'app', or what else was measured in words
    origin        text NOT NULL,              -- what else decides its outputs, such as the state of an index
    dataset       text NOT NULL,
    version       integer NOT NULL,
    version_hash  text NOT NULL,
    split         text NOT NULL DEFAULT '',   -- '': all of it
    tags          text[] NOT NULL DEFAULT '{}',
    repeats       integer NOT NULL,
    evaluators    jsonb NOT NULL,             -- [{id, version, source, metrics}]
    state         text NOT NULL CHECK (state IN ('running', 'stopped', 'done', 'failed')),
    reason        text NOT NULL DEFAULT '',   -- why it stopped or failed
    total         bigint NOT NULL,
    -- What the items come to, written whenever the run ends or stops; while it runs they are counted.
    done          bigint NOT NULL DEFAULT 0,
    failed        bigint NOT NULL DEFAULT 0,
    cost_usd      numeric NOT NULL DEFAULT 0,
    judge_usd     numeric NOT NULL DEFAULT 0,
    unpriced      bigint NOT NULL DEFAULT 0,
    reused        bigint NOT NULL DEFAULT 0,
    summary       jsonb NOT NULL DEFAULT '[]',
    created_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    by            text NOT NULL,
    note          text NOT NULL DEFAULT ''
);
CREATE INDEX eval_run_newest ON eval_run (id DESC);
CREATE INDEX eval_run_same ON eval_run (app, variant_hash, dataset, version);

-- One output: an example, asked for the repeat-th time. Written as soon as it is there, before it is scored.
CREATE TABLE eval_item (
    run_id        uuid NOT NULL REFERENCES eval_run ON DELETE CASCADE,
    position      bigint NOT NULL,            -- of the example in the version, from 0
    repeat        integer NOT NULL,
    example_id    uuid,
    example_key   text NOT NULL,
    question      text NOT NULL,              -- the texts of the input, to look for words in
    tags          text[] NOT NULL,
    weight        double precision NOT NULL,
    output_key    bytea NOT NULL,             -- hash of all that decides the output: equal ones need not be paid again
    case_key      bytea NOT NULL,             -- and of what evaluators see of the example
    output        jsonb,                      -- NULL: the target failed
    error         text NOT NULL DEFAULT '',
    passing       boolean NOT NULL DEFAULT false,  -- an error that may be gone another time
    cost_usd      numeric,                    -- what this run paid; NULL: unknown
    judge_usd     numeric NOT NULL DEFAULT 0,
    unpriced      integer NOT NULL DEFAULT 0, -- calls of unknown price, the target's and judges'
    reused        boolean NOT NULL DEFAULT false,
    scored        boolean NOT NULL DEFAULT false,
    trace_id      text,
    source_trace  text,                       -- the trace that the example was made from
    PRIMARY KEY (run_id, position, repeat)
);
CREATE INDEX eval_item_output ON eval_item (output_key) WHERE output IS NOT NULL;
CREATE INDEX eval_item_trace ON eval_item (trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX eval_item_source ON eval_item (source_trace) WHERE source_trace IS NOT NULL;

-- Many for each item: no foreign key, which would look the item up for each of them again. Deleted with it.
CREATE TABLE eval_score (
    run_id     uuid NOT NULL,
    position   bigint NOT NULL,
    repeat     integer NOT NULL,
    evaluator  text NOT NULL,
    version    text NOT NULL,
    metric     text NOT NULL,                 -- '': the evaluator crashed, and error says how
    value      double precision,              -- NULL: it abstained
    reason     text NOT NULL DEFAULT '',
    error      text NOT NULL DEFAULT '',
    details    jsonb,
    cost_usd   numeric,                       -- NULL: unknown
    PRIMARY KEY (run_id, position, repeat, evaluator, metric)
);
"""


def upgrade() -> None:
    op.execute(SQL)
