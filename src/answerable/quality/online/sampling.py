"""Which runs are scored: always the same ones, whoever asks; noted in the transaction that writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from answerable.db.database import Connection
from answerable.quality.online import store
from answerable.quality.online.types import Rule
from answerable.traces.writing.landing import WrittenRun

_WHOLE: Final = 1 << 64
_SERVED: Final = "serve"
"""The purpose of the runs that are scored. A judge's own have another, so that nobody judges judges."""


class Sampler:
    """Leaves tasks for the runs that the rules choose."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)

    async def enqueue(self, tx: Connection, runs: Sequence[WrittenRun]) -> None:
        """Leave the tasks of runs that are being written; failed and abandoned ones have nothing to score."""
        tasks = [
            (rule.name, evaluator, run.trace_id, run.span_id)
            for rule in self._rules
            for run in runs
            if run.purpose == _SERVED and run.status == "ok" and rule.app in (None, run.app)
            if is_sampled(rule.name, run.trace_id, rule.share)
            for evaluator in rule.evaluators
        ]
        if tasks:
            await store.insert_tasks(tx, tasks)


def is_sampled(rule: str, trace_id: str, share: float) -> bool:
    """Tell whether a rule scores a trace.

    The first 8 bytes of a SHA-256 of both are taken for a number from 0 to 1: a larger share holds the smaller one,
    and two rules choose independently of each other.
    """
    digest = hashlib.sha256(f"{rule}\n{trace_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _WHOLE
