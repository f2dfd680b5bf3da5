"""Verdicts of gates, calibrations of judges, canaries of models."""

from alembic import op

revision = "0015"
down_revision = "0014"
phase = "before"

SQL = """
-- What an app's file says of its evaluation, and the verdicts of its gate.
ALTER TABLE app ADD COLUMN evaluators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE app ADD COLUMN gate jsonb NOT NULL DEFAULT '{}';
ALTER TABLE label_event ADD COLUMN forced boolean NOT NULL DEFAULT false;  -- without the pass that it needed

CREATE TABLE gate_verdict (
    id              uuid PRIMARY KEY,
    app             text NOT NULL,
    verdict         text NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
    candidate       text NOT NULL,
    baseline        text NOT NULL,
    candidate_hash  text NOT NULL,
    baseline_hash   text NOT NULL,
    dataset         text NOT NULL,
    version         integer NOT NULL,
    gate_hash       text NOT NULL,  -- of the rules: a pass by other ones is none
    candidate_run   uuid,           -- no reference: a verdict outlives its runs
    baseline_run    uuid,
    created_at      timestamptz NOT NULL,
    by              text NOT NULL,
    content         jsonb NOT NULL  -- numbers and keys of examples; no text of theirs
);
CREATE INDEX gate_verdict_newest ON gate_verdict (app, created_at DESC);
CREATE INDEX gate_verdict_pass ON gate_verdict (app, candidate_hash, baseline_hash) WHERE verdict = 'pass';

-- How far judges agree with people, each time it was measured. Numbers and ids of traces alone: no content.
CREATE TABLE judge_calibration (
    id          uuid PRIMARY KEY,
    app         text NOT NULL,
    variant     text NOT NULL,  -- the id of the judge's variant, as evaluator_version of a score
    label       text NOT NULL,
    source      text NOT NULL,
    created_at  timestamptz NOT NULL,
    report      jsonb NOT NULL
);
CREATE INDEX judge_calibration_newest ON judge_calibration (app, created_at DESC);
CREATE INDEX score_human ON score (name, trace_id) WHERE source = 'human';

-- What was seen of a model, at a label of an app or ('') for itself. Numbers and names: no text of examples.
CREATE TABLE model_check (
    id            uuid PRIMARY KEY,
    app           text NOT NULL,
    label         text NOT NULL,
    model         text NOT NULL,
    at            timestamptz NOT NULL,
    by            text NOT NULL,
    state         text NOT NULL CHECK (state IN ('new', 'same', 'changed', 'inconclusive', 'failed')),
    seen          jsonb NOT NULL,
    variant       text NOT NULL,
    variant_hash  text NOT NULL,
    run_id        uuid,           -- the eval run; NULL: it was asked for a word, or the run is kept no longer
    dataset       text NOT NULL,
    version       integer,
    changes       jsonb NOT NULL,
    reason        text NOT NULL,
    report        text NOT NULL   -- Markdown
);
CREATE INDEX model_check_newest ON model_check (app, label, model, id DESC);

CREATE TABLE model_canary (
    app            text NOT NULL,
    label          text NOT NULL,
    model          text NOT NULL,
    next_at        timestamptz NOT NULL,  -- when the schedule has it checked (again)
    claimed_until  timestamptz,           -- while one process checks, when another one may
    baseline       uuid REFERENCES model_check,
    accepted_at    timestamptz,
    accepted_by    text NOT NULL DEFAULT '',
    told           text NOT NULL DEFAULT '',  -- what people have heard of and is not over; '': nothing
    PRIMARY KEY (app, label, model)
);
"""


def upgrade() -> None:
    op.execute(SQL)
