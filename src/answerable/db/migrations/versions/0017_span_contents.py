"""What was said in spans, compressed by whoever writes it; rows of earlier releases have it among the attributes."""

from alembic import op

revision = "0017"
down_revision = "0016"
phase = "before"

SQL = """
-- zstd of a JSON object: by the place of a span in `spans`, those of its attributes that hold texts.
ALTER TABLE span_part ADD COLUMN contents bytea;
ALTER TABLE span_part ALTER COLUMN contents SET STORAGE EXTERNAL;  -- it is compressed already
"""


def upgrade() -> None:
    op.execute(SQL)
