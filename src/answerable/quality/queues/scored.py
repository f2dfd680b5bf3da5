"""Runs that fit a queue since somebody scored them: a thumb that came late, a judge whom people contradict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from answerable.apps.types import App
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Score
from answerable.quality.queues.disagreements import concerns, find_disagreements, is_thumb
from answerable.quality.queues.runs import RunScanner
from answerable.quality.queues.scans import make_scans, meet
from answerable.reviews.rules import Selector
from answerable.reviews.types import Queue, Taken
from answerable.traces.types import TraceFilter

_PAGE: Final = 1_000
_TICK: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it, and up to which change of a score was looked."""

    taken: Taken
    scored: datetime


class ScoreScanner:
    """Goes through the changes of scores in their order. `settled` is how many seconds old they are by then."""

    def __init__(self, *, feedback: FeedbackService, runs: RunScanner, settled: float) -> None:
        self._feedback = feedback
        self._runs = runs
        self._settled = settled

    async def run(
        self, queue: Queue, apps: Iterable[App], *, since: datetime, until: datetime | None = None
    ) -> Looked:
        """Put in the runs whose scores changed in a time, where they fit now."""
        selectors = _list_scored(queue)
        known = tuple(apps)
        looked = Looked(Taken(), since)
        while selectors:
            page = await self._feedback.list_changed(
                since=looked.scored, until=until, settled=self._settled, limit=_PAGE
            )
            taken = looked.taken
            for selector in selectors:
                taken += await self._look(queue, selector, known, page)
            changed = [score.updated_at for score in page if score.updated_at is not None]
            looked = Looked(taken, max(changed, default=looked.scored))
            if len(page) < _PAGE:
                break
        return looked

    async def _look(
        self, queue: Queue, selector: Selector, apps: tuple[App, ...], page: Sequence[Score]
    ) -> Taken:
        ids = await self._find_traces(selector, page)
        taken = Taken()
        if not ids:
            return taken
        answered = [score.answered_at for score in page if score.trace_id in ids]
        # A trace may begin earlier than the answer in it that was scored: the bounds only keep the search short.
        bounds = TraceFilter(ids=tuple(sorted(ids)), since=min(answered) - _TICK, until=max(answered) + _TICK)
        for scan in make_scans(queue, selector, apps):
            narrowed = meet(scan.filter, bounds)
            if narrowed is not None:
                taken += await self._runs.run(queue, replace(scan, filter=narrowed))
        return taken

    async def _find_traces(self, selector: Selector, page: Sequence[Score]) -> set[str]:
        rule = selector.disagreement
        if rule is None:
            return {score.trace_id for score in page if is_thumb(score)}
        changed = {score.trace_id for score in page if concerns(score, rule)}
        if not changed:
            return set()
        return find_disagreements(await self._feedback.list_scores_of(changed), rule)


def _list_scored(queue: Queue) -> list[Selector]:
    """Return the selectors that a score can make a run fit."""
    rule = queue.spec.rule
    return [one for one in rule.any if one.disagreement is not None or one.thumb is not None] if rule else []
