"""Usage by day, for budgets; cached answers."""

from alembic import op

revision = "0006"
down_revision = "0005"
phase = "before"

SQL = """
-- What was spent on a day (UTC). `name` is a key's id, an app, a user, or empty for `all`.
CREATE TABLE usage_by_day (
    day       date NOT NULL,
    scope     text NOT NULL CHECK (scope IN ('key', 'app', 'user', 'all')),
    name      text NOT NULL,
    requests  bigint NOT NULL,
    tokens    bigint NOT NULL,
    usd       numeric NOT NULL,
    unpriced  bigint NOT NULL,  -- requests of unknown price, which `usd` does not hold
    PRIMARY KEY (day, scope, name)
) WITH (fillfactor = 70);  -- room to update a row where it is

-- Each process adds in numbered batches; one whose fate is unknown is sent again under its number, and counts once.
CREATE TABLE usage_writer (
    id          uuid PRIMARY KEY,
    batch       bigint NOT NULL,
    written_at  timestamptz NOT NULL
);

-- A cache may be lost in a crash, so it costs no write-ahead log. `number` tells servers what is new to them.
CREATE UNLOGGED TABLE answer_cache (
    key         bytea PRIMARY KEY,
    number      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    app         text NOT NULL,
    corpus      text,    -- the collection that it was answered from
    generation  text,    -- the state of that collection's index
    answer      bytea STORAGE EXTENDED NOT NULL,
    scope       bytea,   -- with `question` and `vector`: for likeness, where the variant asks for it
    question    text,
    vector      bytea,   -- float32[], little-endian, unit length
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL
);
CREATE INDEX answer_cache_expiry ON answer_cache (expires_at);
CREATE INDEX answer_cache_corpus ON answer_cache (corpus) WHERE corpus IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(SQL)
