"""Coarser statistics of the partitions of traces: a partition grows from nothing, and is analysed again and again."""

from alembic import op

revision = "0018"
down_revision = "0017"
phase = "before"

SQL = """
-- ANALYZE looks at 300 rows for each value that the finest statistics of a table may list, and computes the words of
-- every one of them: 3,000 rows instead of 30,000. Nothing is ever searched by what is long, which it leaves out.
CREATE FUNCTION set_trace_statistics(part regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held   record;
BEGIN
    FOR held IN
        SELECT attname, CASE
            WHEN atttypid IN ('jsonb'::regtype, 'text[]'::regtype, 'bytea'::regtype)
                 OR attname IN ('output', 'error_detail') THEN 0 ELSE 10 END AS target
        FROM pg_attribute WHERE attrelid = part AND attnum > 0 AND NOT attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', part, held.attname, held.target);
    END LOOP;
    FOR held IN
        SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid = part AND indexprs IS NOT NULL
    LOOP
        EXECUTE format('ALTER INDEX %s ALTER COLUMN 1 SET STATISTICS 10', held.name);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION create_trace_partitions(keep smallint, day date) RETURNS void LANGUAGE plpgsql AS $$
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
            PERFORM set_trace_statistics(part::regclass);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', class, part,
                           since::timestamp AT TIME ZONE 'UTC', until::timestamp AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END $$;

SELECT set_trace_statistics(relid) FROM (
    SELECT relid, isleaf FROM pg_partition_tree('trace')
    UNION ALL SELECT relid, isleaf FROM pg_partition_tree('span_part')
) AS held WHERE isleaf;
"""


def upgrade() -> None:
    op.execute(SQL)
