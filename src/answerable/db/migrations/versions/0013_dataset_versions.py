"""What a golden set was when it was measured: versions of datasets, and examples that change from one to the next."""

from alembic import op

revision = "0013"
down_revision = "0012"
phase = "before"

SQL = """
ALTER TABLE dataset
    ADD COLUMN applied bytea;               -- hash of the workspace's file that was applied last

-- A row still never changes what it says: an example that is edited is another row with the same key and number.
-- It is in the versions first_version..last_version; NULL there: not frozen yet, and still in the draft.
ALTER TABLE dataset_example
    ADD COLUMN key            text,
    ADD COLUMN acceptable     jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN refuse         boolean NOT NULL DEFAULT false,
    ADD COLUMN tool_calls     jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN history        jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN metadata       jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN split          text NOT NULL DEFAULT '',
    ADD COLUMN held           boolean NOT NULL DEFAULT false,  -- waits for somebody to accept it
    ADD COLUMN digest         bytea,        -- of everything but the provenance; NULL: from before, see versions.py
    ADD COLUMN vector_due     boolean NOT NULL DEFAULT false,  -- the vector is computed after the import
    ADD COLUMN first_version  integer,
    ADD COLUMN last_version   integer,
    ADD COLUMN removed_at     timestamptz,
    ALTER COLUMN weight TYPE double precision USING weight::text::double precision,
    DROP CONSTRAINT dataset_example_dataset_id_content_hash_key;
UPDATE dataset_example SET key = left(encode(content_hash, 'hex'), 16);
ALTER TABLE dataset_example ALTER COLUMN key SET NOT NULL;
-- The dataset comes second: led by it, either looks as good to a planner without statistics, for the other's lookups.
CREATE UNIQUE INDEX dataset_example_key ON dataset_example (key, dataset_id) WHERE removed_at IS NULL;
CREATE INDEX dataset_example_content ON dataset_example (content_hash, dataset_id) WHERE removed_at IS NULL;
CREATE INDEX dataset_example_due ON dataset_example (dataset_id, number) WHERE vector_due;

CREATE TABLE dataset_version (
    dataset_id  uuid NOT NULL REFERENCES dataset ON DELETE CASCADE,
    number      integer NOT NULL,
    hash        bytea NOT NULL,             -- of the digests of its examples
    examples    integer NOT NULL,           -- as it was made
    gone        integer NOT NULL DEFAULT 0, -- so many of them were erased since
    created_by  text NOT NULL,
    note        text NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (dataset_id, number)
);
"""


def upgrade() -> None:
    op.execute(SQL)
