"""Runs of judges about a trace: they hold what it holds, and are erased with it."""

from __future__ import annotations

from answerable.db.database import Database
from answerable.quality.online import store


class JudgedRuns:
    """Notes them before they are made. `OnlineEvaluation.delete_of_traces` erases them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, trace_id: str, *, judge_trace_id: str) -> None:
        """Note that a judge is about to be asked of a trace. Raises Unavailable."""
        async with self._database.transaction() as tx:
            await store.note_judge_run(tx, trace_id, judge_trace_id)
