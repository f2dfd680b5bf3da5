"""The audit log; what is kept of an app's traces."""

from alembic import op

revision = "0011"
down_revision = "0010"
phase = "before"

SQL = """
-- Who changed what. An entry's hash covers the entry and the hash before it; see answerable.access.audit.chain.
CREATE TABLE audit_entry (
    number    bigint PRIMARY KEY CHECK (number > 0),  -- without a gap
    at        timestamptz NOT NULL,
    actor     text NOT NULL,
    action    text NOT NULL,
    target    text NOT NULL,
    details   json NOT NULL,  -- not jsonb, which would write numbers in another way than they were hashed
    previous  bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash      bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32)
);
CREATE INDEX audit_entry_target ON audit_entry (target, number DESC);
CREATE INDEX audit_entry_actor ON audit_entry (actor, number DESC);

CREATE TRIGGER audit_entry_stays BEFORE DELETE OR UPDATE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_is_kept BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION refuse_change();

-- The `traces:` block of the app's file: content, keep_days, redact. It changes no answer, so no variant has it.
ALTER TABLE app ADD COLUMN traces jsonb NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    op.execute(SQL)
