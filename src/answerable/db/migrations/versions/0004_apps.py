"""Apps: variants, which never change, and the labels that point at them."""

from alembic import op

revision = "0004"
down_revision = "0003"
phase = "before"

SQL = """
CREATE TABLE app (
    name         text PRIMARY KEY,
    kind         text NOT NULL,
    description  text NOT NULL
);

-- What an app has ever been. An older trace names the hash, so a row stays as it is, for ever.
CREATE TABLE variant (
    app            text NOT NULL REFERENCES app,
    name           text NOT NULL,
    hash           text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    content        json NOT NULL,  -- not jsonb, which would sort the fields of a schema: a model sees their order
    registered_at  timestamptz NOT NULL,
    number         bigint GENERATED ALWAYS AS IDENTITY,  -- in the order of registration
    is_current     boolean NOT NULL,  -- the name means this content; the one column that changes
    PRIMARY KEY (app, name, hash)
);
CREATE UNIQUE INDEX variant_current ON variant (app, name) WHERE is_current;

CREATE TABLE label (
    app           text NOT NULL REFERENCES app,
    name          text NOT NULL,
    variant       text NOT NULL,
    hash          text NOT NULL,
    source        text NOT NULL CHECK (source IN ('file', 'person')),
    moved_by      text NOT NULL,
    reason        text NOT NULL,
    moved_at      timestamptz NOT NULL,
    file_variant  text,  -- the variant's name that the files gave last; NULL: they know no such label
    held          boolean NOT NULL,  -- a person has moved it away from that, so the files leave it alone
    PRIMARY KEY (app, name),
    FOREIGN KEY (app, variant, hash) REFERENCES variant (app, name, hash)
);

CREATE TABLE label_event (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    app           text NOT NULL,
    label         text NOT NULL,
    from_variant  text,  -- NULL: the label is new
    from_hash     text,
    to_variant    text NOT NULL,
    to_hash       text NOT NULL,
    source        text NOT NULL,
    moved_by      text NOT NULL,
    reason        text NOT NULL,
    moved_at      timestamptz NOT NULL,
    FOREIGN KEY (app, to_variant, to_hash) REFERENCES variant (app, name, hash)
);
CREATE INDEX label_event_app ON label_event (app, id DESC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what % holds is never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER variant_stays BEFORE DELETE OR UPDATE OF app, name, hash, content, registered_at, number ON variant
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER variant_is_kept BEFORE TRUNCATE ON variant EXECUTE FUNCTION refuse_change();
CREATE TRIGGER label_event_stays BEFORE DELETE OR UPDATE ON label_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER label_event_is_kept BEFORE TRUNCATE ON label_event EXECUTE FUNCTION refuse_change();

-- Every server keeps all apps in memory, and loads them anew when it is told. PostgreSQL tells once a transaction.
CREATE FUNCTION tell_of_apps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('answerable_apps', '');
    RETURN NULL;
END $$;
CREATE TRIGGER app_tells AFTER INSERT OR UPDATE ON app EXECUTE FUNCTION tell_of_apps();
CREATE TRIGGER variant_tells AFTER INSERT OR UPDATE ON variant EXECUTE FUNCTION tell_of_apps();
CREATE TRIGGER label_tells AFTER INSERT OR UPDATE OR DELETE ON label EXECUTE FUNCTION tell_of_apps();
"""


def upgrade() -> None:
    op.execute(SQL)
