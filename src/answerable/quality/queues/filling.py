"""Queues fill by themselves: as runs come, as they are scored, and on demand over the past."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from answerable.apps.service import AppService
from answerable.core.clock import Clock
from answerable.core.errors import AnswerableError, Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.feedback.service import FeedbackService
from answerable.quality.queues.runs import RunScanner
from answerable.quality.queues.scans import list_scans
from answerable.quality.queues.scored import ScoreScanner
from answerable.reviews.service import LOOKS, ReviewService
from answerable.reviews.types import Queue, Taken
from answerable.traces.service import TraceService

_log = logging.getLogger(__name__)

LAGS: Final = (2.0, 60.0, 900.0, 86_400.0)
"""Seconds after which each stretch of time is looked at: at once, and again for runs that took long, were written late
since the database was away, or are from a server whose clock goes wrong. So each run is looked at four times, however
many there are."""
_LEAST: Final = 0.1
"""Share of its lag that a later look waits for to be worth it."""
_SETTLED: Final = 3.0
"""Seconds that a change of a score may take to be committed."""
_PAUSE: Final = 3.0
_BEGINNING: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Report = Callable[[Taken], None]


class QueueFiller:
    """Puts runs into queues. Any number of servers may do it at once: a run is in a queue at most once.

    How far it is stands in the queue; after a stop it goes on there. `lags` are those of the looks, `settled` is that
    of scores, `pause` is between two rounds, all in seconds.
    """

    def __init__(
        self,
        *,
        reviews: ReviewService,
        traces: TraceService,
        feedback: FeedbackService,
        apps: AppService,
        clock: Clock,
        lags: Sequence[float] = LAGS,
        settled: float = _SETTLED,
        pause: float = _PAUSE,
    ) -> None:
        assert len(lags) == LOOKS, "a queue keeps a position for each look"
        self._reviews = reviews
        self._apps = apps
        self._clock = clock
        self._lags = lags
        self._pause = pause
        self._runs = RunScanner(reviews=reviews, traces=traces)
        self._scores = ScoreScanner(feedback=feedback, runs=self._runs, settled=settled)

    async def run(self) -> None:
        """Fill all open queues until cancelled. Outlives a lost database."""
        while True:
            try:
                await self.fill_all()
            except Unavailable as error:
                pass_cancellation_on()
                _log.debug("The review queues wait: %s", error.detail)
            except Exception:
                pass_cancellation_on()
                _log.exception("The review queues could not be filled")
            await asyncio.sleep(self._pause)

    async def fill_all(self) -> None:
        """Look once for what is new for each open queue. Raises Unavailable."""
        for queue in await self._reviews.list_queues():
            if queue.state == "open" and queue.spec.rule is not None:
                await self._fill_patiently(queue)

    async def fill_new(self, queue: Queue) -> Taken:
        """Put in what came since the last look, and note how far that was. Raises what finding runs raises."""
        taken = Taken()
        looked = list(queue.looked)
        for place, lag in enumerate(self._lags):
            since, until = looked[place], self._clock.now() - timedelta(seconds=lag)
            if until <= since or (place and until - since < timedelta(seconds=lag * _LEAST)):
                continue
            for scan in list_scans(queue, self._apps.list_apps()):
                taken += await self._runs.run(queue, scan, since=since, until=until)
            looked[place] = until
        scored = await self._scores.run(queue, self._apps.list_apps(), since=queue.scored)
        await self._reviews.note_position(queue, looked=looked, scored=scored.scored)
        return taken + scored.taken

    async def fill_past(
        self,
        queue: Queue,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        report: Report | None = None,
    ) -> Taken:
        """Put in what there is from the past, of all of it or of a time; `report` hears how far it is.

        Doing it again changes nothing. Raises what finding runs raises; what was put in until then stays.
        """
        taken = Taken()
        for scan in list_scans(queue, self._apps.list_apps()):
            taken += await self._runs.run(queue, scan, since=since, until=until, report=report)
        scored = await self._scores.run(queue, self._apps.list_apps(), since=since or _BEGINNING, until=until)
        return taken + scored.taken

    async def _fill_patiently(self, queue: Queue) -> None:
        """Fill a queue; one that cannot be filled says why, and the others go on."""
        try:
            await self.fill_new(queue)
        except Unavailable:
            raise
        except AnswerableError as error:
            _log.warning("The queue %s cannot be filled: %s", queue.name, error.detail)
            await self._reviews.note_problem(queue, error.detail)
