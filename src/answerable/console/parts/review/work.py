"""The work on a queue: one case after the other, the next one ready before it is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Any, Final

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from answerable.access.types import Principal
from answerable.console.elements import Button, Tag, notify
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.review.case_view import build_case, open_sources
from answerable.console.parts.review.examples import make_example
from answerable.console.parts.review.label_form import build_label_form, read_labels
from answerable.console.parts.review.queue_cards import build_progress
from answerable.console.visitor import Visitor
from answerable.core.errors import Conflict, NotFound
from answerable.quality.cases import Case
from answerable.reviews.answers import check_answers
from answerable.reviews.types import Queue
from answerable.wiring import Services

_LOST: Final = frozenset({"lock_lost", "already_annotated", "unknown_item"})
"""What an item can have become meanwhile: there is nothing to do but to go on."""
_LOOK_SECONDS: Final = 5.0
_ACTIONS: Final = (
    ("Save", "Enter", "is-primary", "save"),
    ("Skip", "s", "", "skip"),
    ("Undo", "u", "is-quiet", "undo"),
    ("To dataset", "e", "is-quiet", "example"),
)


class ReviewWork:
    """What an annotator has on the page: the case that is shown, and those taken ahead."""

    def __init__(self, visitor: Visitor, queue: Queue) -> None:
        self._visitor = visitor
        self._queue = queue
        self._current: Case | None = None
        self._ahead: list[Case] = []
        self._taking = asyncio.Lock()
        self._busy = asyncio.Lock()
        self._began = monotonic()
        self._said = 0
        with Tag("section", "", "work", data_queue=queue.name):
            self._head = Tag("div", "", "work-head")
            with Tag("div", "", "work-columns"):
                self._case = Tag("div", "", "work-case")
                self._form = Tag("aside", "", "work-labels", aria_label="Labels")
            self._nothing = Tag("div", "", "empty")
        open_sources(lambda: self._current, PassagePanel(visitor, Panel()))
        for name in ("save", "skip", "undo", "example", "active"):
            ui.on(f"review-{name}", getattr(self, f"_on_{name}"))
        self._look = ui.timer(_LOOK_SECONDS, self._look_again, active=False)

    async def show(self) -> None:
        """Take the first case and show it."""
        await self._go_on(self._visitor.principal)
        await self._show_progress()

    async def _on_save(self, event: GenericEventArguments) -> None:
        """Show the case that was taken ahead at once, and save meanwhile; one that cannot be saved comes back."""
        async with self._acting(event.args) as (principal, case):
            if case is None:
                return
            seconds = monotonic() - self._began
            labels = read_labels(self._queue.spec.labels, event.args["labels"])
            checked = check_answers(self._queue.spec.labels, labels, text=case.answer)
            if self._ahead:
                self._show_next()
            try:
                await self._services.review_desk.save(
                    self._queue, case.item.id, principal.name, checked, seconds=seconds
                )
            except (Conflict, NotFound):
                raise
            except Exception:
                self._show_again(replace(case, mine=checked))
                raise
            self._said += 1
            await self._go_on(principal, past=case)

    async def _on_skip(self, event: GenericEventArguments) -> None:
        async with self._acting(event.args) as (principal, case):
            if case is not None:
                await self._services.review_desk.skip(self._queue, case.item.id, principal.name)
                await self._go_on(principal, past=case)

    async def _on_undo(self) -> None:
        async with self._acting({}) as (principal, _):
            case = await self._services.review_desk.undo(self._queue, principal.name, groups=principal.groups)
            self._said = max(0, self._said - 1)
            if case is not None:
                self._show_again(case)

    async def _on_example(self, event: GenericEventArguments) -> None:
        async with self._acting(event.args) as (principal, case):
            if case is not None:
                labels = read_labels(self._queue.spec.labels, event.args["labels"])
                await make_example(self._services, case, labels, principal=principal)

    async def _on_active(self) -> None:
        """Keep what is on the page for longer: somebody is at work on it."""
        principal = await self._visitor.check_reader()
        for case in self._held:
            until = await self._services.review_desk.renew(self._queue, case.item.id, principal.name)
            if case is self._current:
                ui.run_javascript(f"Answerable.review.keep({json.dumps(until.isoformat())})")

    @property
    def _services(self) -> Services:
        return self._visitor.services

    @property
    def _held(self) -> list[Case]:
        return [*([self._current] if self._current else []), *self._ahead]

    @asynccontextmanager
    async def _acting(self, sent: Mapping[str, Any]) -> AsyncIterator[tuple[Principal, Case | None]]:
        """Give who acts, and the case that they mean: None when the page has gone on since.

        An item that was lost meanwhile is told of, and the next one shown. Whatever the end, the page takes keys again.
        """
        async with self._busy:
            case = self._current
            try:
                principal = await self._visitor.check_reader()
                yield principal, case if case is not None and sent.get("item") == case.item.id else None
            except (Conflict, NotFound) as error:
                if error.code not in _LOST:
                    raise
                notify(error.detail, hint=error.hint, kind="problem")
                await self._go_on(self._visitor.principal, past=case)
            finally:
                ui.run_javascript("Answerable.review.ready()")

    async def _go_on(self, principal: Principal, *, past: Case | None = None) -> None:
        """Leave a case, for the one taken ahead where there is one; then take another."""
        if self._current is past:
            if not self._ahead:
                await self._take(principal, past=past)
            self._show_next()
        background_tasks.create(self._prepare(principal), name="next case", context=self._case)

    def _show_next(self) -> None:
        self._current = self._ahead.pop(0) if self._ahead else None
        self._show_case()

    def _show_again(self, case: Case) -> None:
        """Show a case that was there before; the one on the page comes after it."""
        if self._current is not None and self._current is not case:
            self._ahead.insert(0, self._current)
        self._current = case
        self._show_case()

    async def _prepare(self, principal: Principal) -> None:
        if not self._ahead and self._current is not None:
            await self._take(principal)
        await self._show_progress()

    async def _take(self, principal: Principal, *, past: Case | None = None) -> None:
        async with self._taking:
            if self._ahead:
                return
            case = await self._services.review_desk.take_next(
                self._queue,
                principal.name,
                besides=[held.item.id for held in self._held if held is not past],
                groups=principal.groups,
            )
            if case is not None:
                self._ahead.append(case)
                self._note_held()

    async def _look_again(self) -> None:
        """Go on by itself when something has come in."""
        if self._current is None:
            principal = await self._visitor.check_reader()
            await self._take(principal)
            if self._ahead:
                await self._go_on(principal)

    def _show_case(self) -> None:
        case = self._current
        self._began = monotonic()
        self._case.clear()
        self._form.clear()
        self._nothing.clear()
        self._nothing.set_visibility(case is None)
        self._look.active = case is None
        if case is None:
            self._build_nothing()
        else:
            with self._case:
                build_case(case)
            with self._form:
                with Tag("div", "", "work-fields"):
                    build_label_form(self._queue.spec.labels, case.mine, item=case.item.id)
                _build_actions()
        until = "" if case is None or case.until is None else case.until.isoformat()
        ui.run_javascript(f"Answerable.review.begin({json.dumps(until)})")
        self._note_held()

    def _build_nothing(self) -> None:
        with self._nothing:
            Tag("p", "Nothing is left for you in this queue.", "callout-title")
            Tag("p", "New items show up here by themselves. What others still have may come back.")
            with Tag("p", "", "empty-actions"):
                Button("", "button", icon="retry", label="Take back what I said last", data_review="undo")
                Tag("a", "All queues", "button", href="/review")

    def _note_held(self) -> None:
        """Tell the page what to give back when it is left."""
        held = json.dumps([case.item.id for case in self._held])
        ui.run_javascript(f"Answerable.review.hold({held})")

    async def _show_progress(self) -> None:
        progress = await self._services.reviews.count(self._queue)
        self._head.clear()
        with self._head:
            build_progress(progress)
            words = f"{progress.done:,} of {progress.items:,} done"
            if self._said:
                words += f" · {self._said} by you just now"
            Tag("p", words, "work-progress")
            Tag(
                "p",
                "",
                "work-lock",
                id="lock",
                data_tip="How long the item is yours. It is kept while you work.",
            )
            Button("Keys", "button is-quiet work-keys", data_review="keys", aria_keyshortcuts="?")
        ui.run_javascript("Answerable.review.tick()")


def _build_actions() -> None:
    with Tag("div", "", "work-actions"):
        for text, key, style, action in _ACTIONS:
            with Tag("button", "", f"button {style}".strip(), type="button", data_review=action):
                Tag("span", text)
                Tag("kbd", key, aria_hidden="true")
