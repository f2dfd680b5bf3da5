"""What a golden set was when it was measured: versions of datasets."""

from alembic import op

revision = "0013"
down_revision = "0012"
phase = "before"

SQL = """
SELECT 1;
"""


def upgrade() -> None:
    op.execute(SQL)
