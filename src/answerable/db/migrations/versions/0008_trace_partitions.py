"""Traces in partitions by how long they are kept and by day; their spans; roll-ups; what was erased."""

from alembic import op

revision = "0008"
down_revision = "0007"
phase = "before"

SQL = """
ALTER TABLE trace RENAME TO trace_old;
ALTER INDEX trace_pkey RENAME TO trace_old_pkey;
DROP INDEX trace_started, trace_app, trace_conversation;

-- One partition for each length of keeping, and in it one for each day (UTC): what is too old is dropped. What is kept
-- for ever (0) has a partition a month. See create_trace_partitions.
CREATE TABLE trace (
    id               text NOT NULL CHECK (id ~ '^[0-9a-f]{32}$'),
    span_id          text NOT NULL CHECK (span_id ~ '^[0-9a-f]{16}$'),  -- the run's own; a trace may hold several
    started_at       timestamptz NOT NULL,
    keep_days        smallint NOT NULL,
    duration_ms      real NOT NULL,
    first_token_ms   real,
    app              text NOT NULL,
    variant          text NOT NULL,
    variant_hash     text NOT NULL,
    label            text NOT NULL,  -- what the variant was found by; empty: it was named itself
    purpose          text NOT NULL,
    status           text NOT NULL CHECK (status IN ('ok', 'error', 'cancelled')),
    key_id           uuid,
    user_id          text,
    conversation_id  text,
    collection       text NOT NULL,
    model            text NOT NULL,
    input            jsonb NOT NULL,
    output           text NOT NULL,
    raw              text[] NOT NULL,
    sources          text[] NOT NULL,
    citations        jsonb NOT NULL,
    attempts         jsonb NOT NULL,
    timings          jsonb NOT NULL,
    usage            jsonb NOT NULL,
    cost_usd         numeric,  -- NULL: a price is unknown
    saved_usd        numeric,
    cached           boolean NOT NULL,
    abstained        boolean NOT NULL,
    verdicts         jsonb NOT NULL,
    retrieval_score  real,
    thumb            smallint,  -- of the last feedback
    accepted         boolean,   -- see the guide on feedback
    error_code       text,
    error_detail     text,
    PRIMARY KEY (id, span_id, started_at, keep_days)
) PARTITION BY LIST (keep_days);

-- The spans of a trace that were written at once; a long or shared trace has several rows. See the view `span`.
CREATE TABLE span_part (
    trace_id     text NOT NULL CHECK (trace_id ~ '^[0-9a-f]{32}$'),
    part         uuid NOT NULL,
    received_at  timestamptz NOT NULL,
    keep_days    smallint NOT NULL,
    service      text NOT NULL,
    spans        jsonb NOT NULL,
    PRIMARY KEY (trace_id, part, received_at, keep_days)
) PARTITION BY LIST (keep_days);

-- What the inverted index of facets finds a run by: every filter that is an equality, also several at once.
CREATE FUNCTION trace_facets(
    app text, variant text, variant_hash text, label text, purpose text, status text, error_code text, key_id uuid,
    user_id text, conversation_id text, collection text, model text, cached boolean, abstained boolean,
    verdicts jsonb, thumb smallint, accepted boolean
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(array_remove(ARRAY[
    'app:' || app, 'variant:' || variant, 'hash:' || variant_hash, 'label:' || label, 'purpose:' || purpose,
    'status:' || status, 'error:' || error_code, 'key:' || key_id, 'user:' || left(user_id, 400),
    'conversation:' || left(conversation_id, 400), 'collection:' || collection, 'model:' || left(model, 400),
    CASE WHEN cached THEN 'cached' END, CASE WHEN abstained THEN 'abstained' END,
    CASE WHEN verdicts -> 'supported' > '0' THEN 'verdict:supported' END,
    CASE WHEN verdicts -> 'partial' > '0' THEN 'verdict:partial' END,
    CASE WHEN verdicts -> 'unsupported' > '0' THEN 'verdict:unsupported' END,
    CASE WHEN verdicts -> 'unchecked' > '0' THEN 'verdict:unchecked' END,
    'feedback:' || CASE WHEN thumb > 0 THEN 'up' WHEN thumb < 0 THEN 'down' WHEN accepted IS NOT NULL THEN 'other' END
], NULL));

-- The words of a run, as they are written ('simple': no stemming, any language). What is very long counts in part,
-- since PostgreSQL refuses a tsvector of more than 1 MB. It is not in SQL, which would be put in place of a call and
-- lose the COST: a search must know how dear it is to do without the index.
CREATE FUNCTION trace_words(input jsonb, output text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
BEGIN
    RETURN to_tsvector('simple', left(output, 100000)) || CASE
        WHEN length(input::text) <= 100000 THEN to_tsvector('simple', input)
        ELSE to_tsvector('simple', left(input::text, 100000))
    END;
END $$;

-- Indexes for reading. Each is paid for by every trace that is written.
CREATE INDEX trace_newest ON trace (started_at DESC, id DESC, span_id DESC);
CREATE INDEX trace_facet ON trace USING gin (trace_facets(
    app, variant, variant_hash, label, purpose, status, error_code, key_id, user_id, conversation_id, collection,
    model, cached, abstained, verdicts, thumb, accepted
)) WITH (gin_pending_list_limit = 1024);  -- kB
CREATE INDEX trace_word ON trace USING gin (trace_words(input, output)) WITH (gin_pending_list_limit = 1024);  -- kB
CREATE INDEX trace_duration ON trace (duration_ms);
CREATE INDEX trace_cost ON trace (cost_usd);
CREATE INDEX trace_score ON trace (retrieval_score) WHERE retrieval_score IS NOT NULL;
CREATE INDEX trace_user ON trace (user_id, started_at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX trace_conversation ON trace (conversation_id, started_at DESC) WHERE conversation_id IS NOT NULL;
-- End of the indexes for reading.

CREATE VIEW span AS
SELECT p.trace_id, s.span_id, s.parent_id, s.name, coalesce(s.kind, 'internal') AS kind,
       coalesce(s.status, 'unset') AS status, coalesce(s.message, '') AS message, s.start_ns, s.end_ns,
       coalesce(s.attributes, '{}') AS attributes, coalesce(s.events, '[]') AS events,
       coalesce(s.links, '[]') AS links, p.service, coalesce(s.scope, '') AS scope, p.received_at, p.keep_days
FROM span_part p CROSS JOIN LATERAL jsonb_to_recordset(p.spans) AS s (
    span_id text, parent_id text, name text, kind text, status text, message text, start_ns bigint, end_ns bigint,
    attributes jsonb, events jsonb, links jsonb, scope text);

-- Make the partitions of one day where they are missing. A partition is made on its own and then attached, which lets
-- everybody go on reading and writing; CREATE TABLE ... PARTITION OF would wait for them, and they for it.
CREATE FUNCTION create_trace_partitions(keep smallint, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    since   date := CASE keep WHEN 0 THEN date_trunc('month', day)::date ELSE day END;
    until   date := CASE keep WHEN 0 THEN (since + interval '1 month')::date ELSE since + 1 END;
    parent  text;
    class   text;
    part    text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('create_trace_partitions'));
    FOREACH parent IN ARRAY ARRAY['trace', 'span_part'] LOOP
        class := format('%s_%s', parent, keep);
        part := format('%s_%s', class, to_char(since, 'YYYYMMDD'));
        IF to_regclass(class) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s) PARTITION BY RANGE (%I)', class, parent,
                           keep, CASE parent WHEN 'trace' THEN 'started_at' ELSE 'received_at' END);
        END IF;
        IF to_regclass(part) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, class);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', class, part,
                           since::timestamp AT TIME ZONE 'UTC', until::timestamp AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END $$;

-- What must not be written again by whoever still has it in a queue or a file: `user:SHA256`, `conversation:SHA256`,
-- `trace:ID`. Those of users and conversations count for what began before they were erased.
CREATE TABLE trace_erasure (
    key        text PRIMARY KEY,
    erased_at  timestamptz NOT NULL
);
CREATE INDEX trace_erasure_time ON trace_erasure (erased_at);

-- First the lock and then the look, in one call: what is erased while a writer waits for the lock, it sees.
CREATE FUNCTION find_erased_traces(lock bigint, since timestamptz, keys text[]) RETURNS SETOF trace_erasure
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock);
    RETURN QUERY SELECT * FROM trace_erasure WHERE erased_at >= since OR key = ANY(keys);
END $$;

-- Roll-ups: added to in the transaction that writes the traces. Buckets begin at a whole minute, hour or day (UTC).
CREATE TABLE usage_rollup (
    level                text NOT NULL CHECK (level IN ('minute', 'hour', 'day')),
    bucket               timestamptz NOT NULL,
    app                  text NOT NULL,
    variant              text NOT NULL,
    label                text NOT NULL,
    model                text NOT NULL,
    collection           text NOT NULL,
    key_id               text NOT NULL,  -- empty: the command line of the workspace
    purpose              text NOT NULL,
    requests             bigint NOT NULL,
    errors               bigint NOT NULL,
    cancelled            bigint NOT NULL,
    cached               bigint NOT NULL,
    abstained            bigint NOT NULL,
    input_tokens         bigint NOT NULL,
    cached_input_tokens  bigint NOT NULL,
    output_tokens        bigint NOT NULL,
    reasoning_tokens     bigint NOT NULL,
    cost_usd             numeric NOT NULL,
    unpriced             bigint NOT NULL,  -- requests whose cost is unknown and not in cost_usd
    saved_usd            numeric NOT NULL,
    supported            bigint NOT NULL,  -- sentences by verdict
    partial              bigint NOT NULL,
    unsupported          bigint NOT NULL,
    unchecked            bigint NOT NULL,
    PRIMARY KEY (level, bucket, app, variant, label, model, collection, key_id, purpose)
) WITH (fillfactor = 50);

-- The same without the finer keys: few rows, however many keys, models and collections there are.
CREATE TABLE app_rollup (
    level                text NOT NULL CHECK (level IN ('minute', 'hour', 'day')),
    bucket               timestamptz NOT NULL,
    app                  text NOT NULL,
    variant              text NOT NULL,
    purpose              text NOT NULL,
    requests             bigint NOT NULL,
    errors               bigint NOT NULL,
    cancelled            bigint NOT NULL,
    cached               bigint NOT NULL,
    abstained            bigint NOT NULL,
    input_tokens         bigint NOT NULL,
    cached_input_tokens  bigint NOT NULL,
    output_tokens        bigint NOT NULL,
    reasoning_tokens     bigint NOT NULL,
    cost_usd             numeric NOT NULL,
    unpriced             bigint NOT NULL,
    saved_usd            numeric NOT NULL,
    supported            bigint NOT NULL,
    partial              bigint NOT NULL,
    unsupported          bigint NOT NULL,
    unchecked            bigint NOT NULL,
    PRIMARY KEY (level, bucket, app, variant, purpose)
) WITH (fillfactor = 50);

CREATE TABLE user_rollup (
    day       date NOT NULL,
    app       text NOT NULL,
    user_id   text NOT NULL,
    requests  bigint NOT NULL,
    errors    bigint NOT NULL,
    tokens    bigint NOT NULL,
    cost_usd  numeric NOT NULL,
    unpriced  bigint NOT NULL,
    PRIMARY KEY (day, app, user_id)
) WITH (fillfactor = 70);
CREATE INDEX user_rollup_user ON user_rollup (user_id);

-- Of runs with the purpose `serve` that were not cancelled. `bin`: see traces/rollups/bins.py.
CREATE TABLE latency_rollup (
    level    text NOT NULL CHECK (level IN ('minute', 'hour', 'day')),
    bucket   timestamptz NOT NULL,
    app      text NOT NULL,
    variant  text NOT NULL,
    measure  text NOT NULL CHECK (measure IN ('duration', 'first_token')),
    bin      smallint NOT NULL,
    count    bigint NOT NULL,
    PRIMARY KEY (level, bucket, app, variant, measure, bin)
) WITH (fillfactor = 50);

-- Of runs with the purpose `serve`.
CREATE TABLE error_rollup (
    level    text NOT NULL CHECK (level IN ('minute', 'hour', 'day')),
    bucket   timestamptz NOT NULL,
    app      text NOT NULL,
    variant  text NOT NULL,
    code     text NOT NULL,
    count    bigint NOT NULL,
    PRIMARY KEY (level, bucket, app, variant, code)
) WITH (fillfactor = 50);

-- What earlier releases wrote was to be kept for ever, and is.
DO $$
DECLARE
    month date;
BEGIN
    FOR month IN SELECT DISTINCT date_trunc('month', started_at AT TIME ZONE 'UTC')::date FROM trace_old LOOP
        PERFORM create_trace_partitions(0::smallint, month);
    END LOOP;
END $$;

INSERT INTO trace (id, span_id, started_at, keep_days, duration_ms, app, variant, variant_hash, label, purpose, status,
                   key_id, user_id, conversation_id, collection, model, input, output, raw, sources, citations,
                   attempts, timings, usage, cost_usd, saved_usd, cached, abstained, verdicts, error_code, error_detail)
SELECT id, '0000000000000000', started_at, 0, duration_ms, app, variant, variant_hash, '', 'serve', status,
       key_id, user_id, conversation_id, '', model, input, output, raw, sources, '[]',
       attempts, timings, usage, cost_usd, saved_usd, cached, abstained, verdicts, error_code, error_detail
FROM trace_old;
DROP TABLE trace_old;

CREATE TEMP VIEW levelled AS
SELECT l.level, date_trunc(l.level, t.started_at, 'UTC') AS bucket, t.*
FROM trace t, (VALUES ('minute', interval '3 days'), ('hour', interval '400 days'), ('day', NULL)) AS l (level, kept)
WHERE l.kept IS NULL OR t.started_at > now() - l.kept;

INSERT INTO usage_rollup
SELECT level, bucket, app, variant, label, model, collection, coalesce(key_id::text, ''), purpose, count(*),
       count(*) FILTER (WHERE status = 'error'), count(*) FILTER (WHERE status = 'cancelled'),
       count(*) FILTER (WHERE cached), count(*) FILTER (WHERE abstained),
       sum(coalesce((usage->>'input_tokens')::bigint, 0)), sum(coalesce((usage->>'cached_input_tokens')::bigint, 0)),
       sum(coalesce((usage->>'output_tokens')::bigint, 0)), sum(coalesce((usage->>'reasoning_tokens')::bigint, 0)),
       coalesce(sum(cost_usd), 0), count(*) FILTER (WHERE cost_usd IS NULL), coalesce(sum(saved_usd), 0),
       sum(coalesce((verdicts->>'supported')::bigint, 0)), sum(coalesce((verdicts->>'partial')::bigint, 0)),
       sum(coalesce((verdicts->>'unsupported')::bigint, 0)), sum(coalesce((verdicts->>'unchecked')::bigint, 0))
FROM levelled GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

INSERT INTO app_rollup
SELECT level, bucket, app, variant, purpose, sum(requests), sum(errors), sum(cancelled), sum(cached), sum(abstained),
       sum(input_tokens), sum(cached_input_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cost_usd),
       sum(unpriced), sum(saved_usd), sum(supported), sum(partial), sum(unsupported), sum(unchecked)
FROM usage_rollup GROUP BY 1, 2, 3, 4, 5;

INSERT INTO user_rollup
SELECT (started_at AT TIME ZONE 'UTC')::date, app, user_id, count(*), count(*) FILTER (WHERE status = 'error'),
       sum(coalesce((usage->>'input_tokens')::bigint, 0) + coalesce((usage->>'output_tokens')::bigint, 0)),
       coalesce(sum(cost_usd), 0), count(*) FILTER (WHERE cost_usd IS NULL)
FROM trace WHERE user_id <> '' GROUP BY 1, 2, 3;

INSERT INTO latency_rollup
SELECT level, bucket, app, variant, 'duration', ceil(ln(greatest(duration_ms, 0.001)) / ln(1.05 / 0.95)), count(*)
FROM levelled WHERE status <> 'cancelled' GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO error_rollup
SELECT level, bucket, app, variant, error_code, count(*)
FROM levelled WHERE error_code IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

DROP VIEW levelled;

-- A filter that somebody gave a name.
CREATE TABLE trace_view (
    name        text PRIMARY KEY,
    filter      jsonb NOT NULL,
    by          text NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
);

-- What links and tokens are signed with; see access/signing_key.py.
CREATE TABLE signing_key (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    secret    bytea NOT NULL
);
"""


def upgrade() -> None:
    op.execute(SQL)
