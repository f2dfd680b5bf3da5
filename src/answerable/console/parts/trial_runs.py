"""Runs trials, a few at a time, and shows them as they end. Every trial is a run like any other, with a trace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from nicegui import background_tasks, ui

from answerable.access.types import Principal
from answerable.answering.types import Caller, RunRequest
from answerable.console.elements import Button, Tag
from answerable.console.parts.figures import format_count, format_sum
from answerable.console.parts.outcome import Outcome, from_answer, from_error
from answerable.console.parts.trial_view import TrialView
from answerable.console.visitor import Visitor
from answerable.core.errors import AnswerableError, Conflict

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """A request with what to call it, and what came of it earlier."""

    title: str
    request: RunRequest
    before: Outcome | None = None


class TrialRuns:
    """The trials of one open page, the last batch first. Leaving the page cancels what still runs."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._task: asyncio.Task[None] | None = None
        with Tag("section", "", "trials", aria_label="Trials") as self._section:
            with Tag("div", "", "trials-head"):
                self._summary = Tag("p", "", "trials-summary", role="status")
                self._stop = Button("Stop", icon="stop").on("click", self.stop)
            self._list = ui.element("div")
        self._section.set_visibility(False)
        self._client = ui.context.client
        self._client.on_delete(self.stop)

    async def start(self, trials: Sequence[Trial]) -> None:
        """Run a batch. Raises Forbidden for a key that may not, Conflict while another batch runs."""
        principal = await self._visitor.check_writer()
        if self._task is not None:
            raise Conflict("Trials are still running.", hint="Wait for them, or stop them.")
        with self._list, ui.element("div").classes("trial-batch") as batch:
            views = [
                TrialView(trial.title, variant=str(trial.request.app).partition("@")[2], before=trial.before)
                for trial in trials
            ]
        batch.move(target_index=0)
        self._show_running(True)
        self._summary.set_text(f"Running {format_count(len(trials), 'trial')}")
        run = self._run(principal, list(zip(trials, views, strict=True)))
        self._task = background_tasks.create(run, name="trials", context=self._list)
        ui.run_javascript(f'Answerable.showElement("{self._section.html_id}")')

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _show_running(self, running: bool) -> None:
        self._section.set_visibility(True)
        self._stop.set_visibility(running)

    async def _run(self, principal: Principal, trials: Sequence[tuple[Trial, TrialView]]) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)
        try:
            await asyncio.gather(*(self._run_one(principal, *one, gate) for one in trials))
        finally:
            self._task = None
            if not self._client.is_deleted:
                self._show_running(False)
                self._summary.set_text(summarise([view for _, view in trials]))

    async def _run_one(
        self, principal: Principal, trial: Trial, view: TrialView, gate: asyncio.Semaphore
    ) -> None:
        try:
            async with gate:
                view.show_state("running")
                outcome = await self._get_outcome(principal, trial.request)
        except asyncio.CancelledError:
            view.show_stopped()
            raise
        await view.show(outcome)

    async def _get_outcome(self, principal: Principal, request: RunRequest) -> Outcome:
        """Run one request as whoever is signed in; a failure is an outcome like another."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        variant = str(request.app).partition("@")[2]
        caller = Caller(key_id=principal.key_id, groups=principal.groups)
        try:
            self._visitor.services.access.take(principal)
            return from_answer(await self._visitor.services.runs.run(request, caller))
        except Exception as error:
            if not isinstance(error, AnswerableError):
                _log.exception("A trial failed")
            return from_error(error, variant=variant, milliseconds=(loop.time() - began) * 1000)


def summarise(views: Sequence[TrialView]) -> str:
    """Return what a batch came to: how many changed, and tokens and cost beside what they were earlier."""
    ended = [view for view in views if view.after is not None]
    outcomes = [view.after for view in ended if view.after is not None]
    parts = [f"{len(ended)} of {format_count(len(views), 'trial')} done"]
    if failed := sum(outcome.problem is not None for outcome in outcomes):
        parts.append(f"{failed} failed")
    if any(view.before for view in ended):
        parts.append(f"{sum(view.same for view in ended)} with the same output")
    parts.append(_total(outcomes))
    earlier = [view.before for view in ended if view.before is not None]
    if earlier:
        parts.append(f"earlier {_total(earlier)}")
    return " · ".join(parts)


def _total(outcomes: Sequence[Outcome]) -> str:
    tokens = sum(outcome.tokens for outcome in outcomes)
    known = sum((one.cost_usd for one in outcomes if one.cost_usd is not None), Decimal(0))
    unknown = sum(outcome.cost_usd is None for outcome in outcomes)
    return f"{tokens:,} tokens, {format_sum(known, unknown=unknown)}"
