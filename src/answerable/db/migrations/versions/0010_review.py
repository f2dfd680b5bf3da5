"""Review queues, annotations, datasets."""

from alembic import op

revision = "0010"
down_revision = "0009"
phase = "before"

SQL = """
CREATE TABLE review_queue (
    id          uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    spec        jsonb NOT NULL,          -- rule, labels and the rest, as it was validated
    state       text NOT NULL CHECK (state IN ('open', 'paused')),
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL,
    looked      timestamptz[] NOT NULL,  -- up to which start of a run each look has gone; see quality/filling
    scored      timestamptz NOT NULL,    -- up to which change of a score was looked at
    taken       jsonb NOT NULL,          -- how many items each counted group has put in
    problem     text NOT NULL            -- why it is not filled any more; empty: it is
);

CREATE TABLE review_item (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue_id     uuid NOT NULL REFERENCES review_queue ON DELETE CASCADE,
    trace_id     text NOT NULL,
    span_id      text NOT NULL,
    started_at   timestamptz NOT NULL,
    reason       text NOT NULL,          -- which part of the rule put it in
    slice        text NOT NULL,
    priority     smallint NOT NULL,
    state        text NOT NULL CHECK (state IN ('open', 'disputed', 'done')),
    gold         jsonb,                  -- the right answer, where it is known: everybody gets it
    seen_by      text[] NOT NULL,        -- who annotated or skipped it
    annotations  smallint NOT NULL,
    final        jsonb,                  -- what counts in the end
    settled_by   text,                   -- NULL: the annotators agreed
    settled_at   timestamptz,
    added_at     timestamptz NOT NULL,
    UNIQUE (queue_id, trace_id, span_id)
);
CREATE INDEX review_item_next ON review_item (queue_id, priority DESC, id) WHERE state = 'open' AND gold IS NULL;
CREATE INDEX review_item_gold ON review_item (queue_id, id) WHERE gold IS NOT NULL;
CREATE INDEX review_item_disputed ON review_item (queue_id, id) WHERE state = 'disputed';
CREATE INDEX review_item_trace ON review_item (trace_id);

CREATE TABLE review_lock (
    item_id    bigint NOT NULL REFERENCES review_item ON DELETE CASCADE,
    annotator  text NOT NULL,
    taken_at   timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (item_id, annotator)
);
CREATE INDEX review_lock_annotator ON review_lock (annotator);

CREATE TABLE review_annotation (
    id          uuid PRIMARY KEY,
    queue_id    uuid NOT NULL REFERENCES review_queue ON DELETE CASCADE,
    item_id     bigint NOT NULL REFERENCES review_item ON DELETE CASCADE,
    annotator   text NOT NULL,
    labels      jsonb NOT NULL,
    seconds     real NOT NULL,
    created_at  timestamptz NOT NULL,
    UNIQUE (item_id, annotator)
);
CREATE INDEX review_annotation_annotator ON review_annotation (queue_id, annotator, created_at DESC);

CREATE TABLE review_adjudication (
    item_id      bigint PRIMARY KEY REFERENCES review_item ON DELETE CASCADE,
    adjudicator  text NOT NULL,
    labels       jsonb NOT NULL,
    note         text NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE TABLE dataset (
    id           uuid PRIMARY KEY,
    name         text NOT NULL UNIQUE,
    description  text NOT NULL,
    created_at   timestamptz NOT NULL
);

-- An example never changes; another content is another example.
CREATE TABLE dataset_example (
    id            uuid PRIMARY KEY,
    number        bigint GENERATED ALWAYS AS IDENTITY,
    dataset_id    uuid NOT NULL REFERENCES dataset ON DELETE CASCADE,
    input         jsonb NOT NULL,
    expected      jsonb,
    evidence      jsonb NOT NULL,
    tags          text[] NOT NULL,
    weight        real NOT NULL,
    trace_id      text,
    provenance    jsonb NOT NULL,
    content_hash  bytea NOT NULL,       -- of input and expected
    input_hash    bytea NOT NULL,       -- of the words of the input
    vector        halfvec(384),         -- of the words of the input; NULL: it has none
    added_at      timestamptz NOT NULL,
    UNIQUE (dataset_id, content_hash)
);
CREATE INDEX dataset_example_listed ON dataset_example (dataset_id, number);
CREATE INDEX dataset_example_trace ON dataset_example (trace_id) WHERE trace_id IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
