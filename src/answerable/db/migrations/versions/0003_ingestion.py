"""Ingestion: runs, their items, what is known of each source, uploads on their way."""

from alembic import op

revision = "0003"
down_revision = "0002"
phase = "before"

SQL = """
CREATE TABLE ingestion_run (
    id             uuid PRIMARY KEY,
    collection_id  bigint NOT NULL REFERENCES collection ON DELETE CASCADE,
    index_id       bigint REFERENCES index_version ON DELETE SET NULL,
    state          text NOT NULL
                   CHECK (state IN ('queued', 'running', 'finishing', 'done', 'failed', 'cancelled')),
    settings       jsonb NOT NULL,  -- sources, globs, labels, prune: all that the worker needs
    planned        boolean NOT NULL DEFAULT false,  -- all items are known, and their jobs are in the queue
    removed        integer NOT NULL DEFAULT 0,
    error          text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz
);
CREATE INDEX ingestion_run_collection ON ingestion_run (collection_id, created_at DESC);

-- One thing to read in a run: a file, an archive's member, a page. Its counts are of the documents found in it.
CREATE TABLE ingestion_item (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        uuid NOT NULL REFERENCES ingestion_run ON DELETE CASCADE,
    uri           text NOT NULL,
    source        jsonb,  -- where its bytes are; NULL for a problem that discovery found
    size_bytes    bigint NOT NULL DEFAULT 0,
    state         text NOT NULL CHECK (state IN ('pending', 'done', 'unchanged', 'failed')),
    documents     integer NOT NULL DEFAULT 0,
    unchanged     integer NOT NULL DEFAULT 0,
    removed       integer NOT NULL DEFAULT 0,
    chunks        integer NOT NULL DEFAULT 0,
    problem       text,
    hint          text,
    UNIQUE (run_id, uri)
);
CREATE INDEX ingestion_item_pending ON ingestion_item (run_id, size_bytes DESC, id) WHERE state = 'pending';

-- What a source held when it was last read whole. A row is trusted only with the same hash, index and labels.
CREATE TABLE ingestion_source (
    collection_id  bigint NOT NULL REFERENCES collection ON DELETE CASCADE,
    uri            text NOT NULL,
    raw_hash       bytea NOT NULL,  -- SHA-256 of the bytes, before any parsing
    index_id       bigint NOT NULL REFERENCES index_version ON DELETE CASCADE,
    labels_hash    bytea NOT NULL,  -- of the run's metadata, groups and language, and of the reader's version
    documents      integer NOT NULL,
    PRIMARY KEY (collection_id, uri)
);

ALTER TABLE document
    ADD COLUMN source_uri text NOT NULL,  -- the source it was read from: itself, or a file of many documents
    ADD COLUMN index_id bigint REFERENCES index_version ON DELETE SET NULL;  -- the index it was last written to
CREATE INDEX document_source ON document (collection_id, source_uri);

-- An acknowledged upload lies here, in parts of about 1 MiB, until it has become documents.
CREATE TABLE upload (
    id          uuid PRIMARY KEY,
    run_id      uuid REFERENCES ingestion_run ON DELETE CASCADE,  -- NULL while it is still being received
    filename    text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX upload_run ON upload (run_id);
CREATE TABLE upload_part (
    upload_id  uuid NOT NULL REFERENCES upload ON DELETE CASCADE,
    number     integer NOT NULL,
    content    bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (upload_id, number)
);
"""


def upgrade() -> None:
    op.execute(SQL)
