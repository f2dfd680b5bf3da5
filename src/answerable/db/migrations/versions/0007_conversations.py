"""Conversations and their messages."""

from alembic import op

revision = "0007"
down_revision = "0006"
phase = "before"

SQL = """
-- The client names a conversation; the name counts within one key and one user, so nobody reads another's.
CREATE TABLE conversation (
    id          uuid PRIMARY KEY,
    key_id      uuid,           -- NULL: the command line of the workspace
    user_name   text NOT NULL,  -- empty: the key speaks for itself
    name        text NOT NULL,
    app         text NOT NULL,
    messages    integer NOT NULL DEFAULT 0,  -- ever said; the next one's number
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (key_id, user_name, name)
);
CREATE INDEX conversation_updated ON conversation (key_id, user_name, updated_at DESC);

CREATE TABLE conversation_message (
    conversation_id  uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
    number           integer NOT NULL,
    role             text NOT NULL CHECK (role IN ('user', 'assistant')),
    content          text NOT NULL,
    trace_id         text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, number)
);
"""


def upgrade() -> None:
    op.execute(SQL)
