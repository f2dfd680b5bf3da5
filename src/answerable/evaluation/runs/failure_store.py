"""The SQL of what failed in a run: targets without an output, and evaluators without a value."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from answerable.db.database import Connection
from answerable.evaluation.runs.types import FailureReason

_MOST_OFTEN: Final = """
    SELECT DISTINCT ON (evaluator) evaluator, error, items FROM (
        SELECT '' AS evaluator, error, count(*) AS items FROM eval_item
        WHERE run_id = %(run)s AND output IS NULL AND error <> '' GROUP BY error
        UNION ALL
        SELECT evaluator, error, count(DISTINCT (position, repeat)) FROM eval_score
        WHERE run_id = %(run)s AND error <> '' GROUP BY evaluator, error
    ) AS told ORDER BY evaluator, items DESC, error"""


async def list_reasons(tx: Connection, run_id: UUID) -> list[FailureReason]:
    """Return the most frequent failure of the target and of each evaluator, by its id; the target comes first."""
    cursor = await tx.execute(_MOST_OFTEN, {"run": run_id})
    return [FailureReason(evaluator, error, items) async for evaluator, error, items in cursor]


async def forget_scores(tx: Connection, run_id: UUID) -> None:
    """Delete what evaluators said where they failed, and note that those items are to be scored again."""
    await tx.execute(
        """WITH failed AS (
            SELECT DISTINCT position, repeat, evaluator FROM eval_score WHERE run_id = %(run)s AND error <> ''
        ), gone AS (
            DELETE FROM eval_score AS score USING failed WHERE score.run_id = %(run)s
                AND score.position = failed.position AND score.repeat = failed.repeat
                AND score.evaluator = failed.evaluator
        )
        UPDATE eval_item AS item SET scored = false FROM failed WHERE item.run_id = %(run)s
            AND item.position = failed.position AND item.repeat = failed.repeat""",
        {"run": run_id},
    )
