"""Collections, documents, indexes, ingestion, keys."""

from alembic import op

revision = "0001"
down_revision = None
phase = "before"

SQL = """
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE collection (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- One version of a collection's chunks and vectors. "index" is a reserved word, hence the name.
CREATE TABLE index_version (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id  bigint NOT NULL REFERENCES collection ON DELETE CASCADE,
    settings       jsonb NOT NULL,
    settings_hash  text NOT NULL,
    dimensions     integer NOT NULL CHECK (dimensions BETWEEN 1 AND 4000),
    state          text NOT NULL CHECK (state IN ('building', 'active', 'retired')),
    generation     bigint NOT NULL DEFAULT 0,  -- grows with every change of its chunks; caches compare it
    next_ordinal   bigint NOT NULL DEFAULT 0,
    languages      text[] NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, settings_hash)
);
CREATE UNIQUE INDEX index_version_one_active ON index_version (collection_id) WHERE state = 'active';

CREATE TABLE document (
    id             uuid PRIMARY KEY,
    collection_id  bigint NOT NULL REFERENCES collection ON DELETE CASCADE,
    uri            text NOT NULL,
    title          text NOT NULL,
    metadata       jsonb NOT NULL DEFAULT '{}',
    groups         text[],  -- who may read it; NULL: everybody who may read the collection
    language       text NOT NULL,
    media_type     text NOT NULL,
    content_hash   bytea NOT NULL,
    size_bytes     bigint NOT NULL,
    pages          integer,
    page_starts    integer[] NOT NULL DEFAULT '{}',
    text           text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, uri)
);
CREATE INDEX document_metadata ON document USING gin (metadata jsonb_path_ops);

CREATE TABLE api_key (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('admin', 'developer', 'reviewer', 'app')),
    groups        text[],
    prefix        text NOT NULL,
    secret_hash   bytea NOT NULL UNIQUE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,
    revoked_at    timestamptz
);
"""


def upgrade() -> None:
    op.execute(SQL)
