"""Chunks, vectors and posting lists. Each index has partitions of its own, made and dropped with it."""

from alembic import op

revision = "0002"
down_revision = "0001"
phase = "before"

SQL = """
-- One row a passage. `ordinal` is its number in the index, never used again; posting lists and vectors name it.
-- No foreign key to document: making a partition would lock that table. Every read joins it instead.
CREATE TABLE chunk (
    index_id      bigint NOT NULL,
    ordinal       bigint NOT NULL,
    document_id   uuid NOT NULL,
    position      integer NOT NULL,
    text          text NOT NULL,
    header        text NOT NULL,
    heading_path  text[] NOT NULL,
    page          integer,
    start_offset  integer NOT NULL,
    end_offset    integer NOT NULL,
    tokens        integer NOT NULL,
    PRIMARY KEY (index_id, ordinal)
) PARTITION BY LIST (index_id);

-- Vectors stand beside the text, in a table an index (chunk_vector_N), made and dropped with it:
--     ordinal bigint PRIMARY KEY, document_id uuid, embedding halfvec(DIMENSIONS) stored in line
-- A scan so reads a third of the bytes. No partitions: they would share one type, without the number of dimensions,
-- and a cast on each row costs half as much again as the comparison.

-- The chunks of one write, in one language, or of a merge of such. Numbers are little-endian.
CREATE TABLE segment (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    index_id       bigint NOT NULL REFERENCES index_version ON DELETE CASCADE,
    language       text NOT NULL,
    first_ordinal  bigint NOT NULL,
    last_ordinal   bigint NOT NULL,
    chunks         integer NOT NULL,
    ordinals       bytea NOT NULL,             -- uint32[], ascending
    lengths        bytea NOT NULL,             -- uint16[], lexemes of each chunk
    dead           bytea NOT NULL DEFAULT ''   -- uint32[], ordinals removed since; others than its own do no harm
);
CREATE INDEX segment_index ON segment (index_id, id);
ALTER TABLE segment ALTER COLUMN ordinals SET STORAGE EXTERNAL, ALTER COLUMN lengths SET STORAGE EXTERNAL,
    ALTER COLUMN dead SET STORAGE EXTERNAL;

CREATE TABLE posting (
    index_id    bigint NOT NULL,
    segment_id  bigint NOT NULL,
    lexeme      text COLLATE "C" NOT NULL,
    ordinals    bytea NOT NULL,  -- uint32[], ascending
    counts      bytea NOT NULL,  -- uint8[], how often the lexeme stands in each of them, at most 255
    PRIMARY KEY (index_id, segment_id, lexeme)
) PARTITION BY LIST (index_id);
ALTER TABLE posting ALTER COLUMN ordinals SET STORAGE EXTERNAL, ALTER COLUMN counts SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    op.execute(SQL)
