"""Verdicts of gates, calibrations of judges, canaries of models."""

from alembic import op

revision = "0015"
down_revision = "0014"
phase = "before"

SQL = """
SELECT 1;
"""


def upgrade() -> None:
    op.execute(SQL)
