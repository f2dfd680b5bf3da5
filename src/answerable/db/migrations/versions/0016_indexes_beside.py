"""Several indexes of one collection: names, and the documents that an index does not hold yet."""

from alembic import op

revision = "0016"
down_revision = "0015"
phase = "before"

SQL = """
ALTER TABLE index_version
    ADD COLUMN name text NOT NULL DEFAULT 'main' CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    ADD COLUMN follower uuid,  -- the job that brings it up to date at present: a newer one takes its place
    ADD COLUMN problem text;   -- why that job ended early
ALTER TABLE index_version DROP CONSTRAINT index_version_state_check;
UPDATE index_version SET name = 'index-' || id, state = 'beside' WHERE state <> 'active';
ALTER TABLE index_version
    ADD CONSTRAINT index_version_state_check CHECK (state IN ('active', 'beside')),
    ADD CONSTRAINT index_version_name UNIQUE (collection_id, name);

-- What an index has still to read of its collection: written with the change that it lacks.
CREATE TABLE index_lag (
    index_id     bigint NOT NULL REFERENCES index_version ON DELETE CASCADE,
    document_id  uuid NOT NULL REFERENCES document ON DELETE CASCADE,
    PRIMARY KEY (index_id, document_id)
);
CREATE INDEX index_lag_document ON index_lag (document_id);
"""


def upgrade() -> None:
    op.execute(SQL)
