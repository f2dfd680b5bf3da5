"""Cases on which annotators disagree: what each said, and the form of the one who decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Tag, notify
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.review.case_view import build_case, open_sources
from answerable.console.parts.review.examples import make_example
from answerable.console.parts.review.label_form import build_label_form, read_labels
from answerable.console.visitor import Visitor
from answerable.core.errors import Conflict
from answerable.quality.cases import Case
from answerable.reviews.labels import Label
from answerable.reviews.settling import to_key
from answerable.reviews.types import Annotation, Queue


class DisputedCases:
    """One case at a time, in the order they came. Skipping goes to the next and keeps the case disputed."""

    def __init__(self, visitor: Visitor, queue: Queue) -> None:
        self._visitor = visitor
        self._queue = queue
        self._current: Case | None = None
        self._after = 0
        with Tag("section", "", "work", data_queue=queue.name):
            with Tag("div", "", "work-columns"):
                self._case = Tag("div", "", "work-case")
                self._form = Tag("aside", "", "work-labels", aria_label="Decision")
            self._nothing = Tag("div", "", "empty")
        open_sources(lambda: self._current, PassagePanel(visitor, Panel()))
        ui.on("review-save", self._on_decide)
        ui.on("review-skip", self._on_skip)
        ui.on("review-example", self._on_example)

    async def show(self) -> None:
        """Show the next case."""
        principal = self._visitor.principal
        found = await self._visitor.services.review_desk.list_disputed(
            self._queue, after=self._after, limit=1, groups=principal.groups
        )
        if not found.cases and found.next_after is not None:  # its trace is gone
            self._after = found.next_after
            return await self.show()
        self._current = found.cases[0] if found.cases else None
        self._show_case()
        return None

    async def _on_decide(self, event: GenericEventArguments) -> None:
        case = self._find_meant(event.args)
        if case is None:
            return
        try:
            principal = await self._visitor.check_reader()
            labels = read_labels(self._queue.spec.labels, event.args["labels"])
            await self._visitor.services.review_desk.adjudicate(
                self._queue, case.item.id, principal.name, labels
            )
            self._after = case.item.id
            await self.show()
            notify("Decided.")
        except Conflict as error:
            self._after = case.item.id
            await self.show()
            notify(error.detail, hint=error.hint, kind="problem")
        finally:
            ui.run_javascript("Answerable.review.ready()")

    async def _on_skip(self, event: GenericEventArguments) -> None:
        case = self._find_meant(event.args)
        if case is not None:
            await self._visitor.check_reader()
            self._after = case.item.id
            await self.show()

    async def _on_example(self, event: GenericEventArguments) -> None:
        case = self._find_meant(event.args)
        try:
            if case is not None:
                principal = await self._visitor.check_reader()
                labels = read_labels(self._queue.spec.labels, event.args["labels"])
                await make_example(self._visitor.services, case, labels, principal=principal)
        finally:
            ui.run_javascript("Answerable.review.ready()")

    def _find_meant(self, sent: dict[str, Any]) -> Case | None:
        case = self._current
        return case if case is not None and sent.get("item") == case.item.id else None

    def _show_case(self) -> None:
        case = self._current
        self._case.clear()
        self._form.clear()
        self._nothing.clear()
        self._nothing.set_visibility(case is None)
        if case is None:
            with self._nothing:
                Tag(
                    "p", "Nobody disagrees." if not self._after else "That was the last one.", "callout-title"
                )
                Tag("p", "Items on which annotators disagree are decided here.")
        else:
            said = case.told.annotations if case.told else ()
            labels = self._queue.spec.labels
            with self._case:
                build_case(case)
            with self._form:
                with Tag("div", "", "work-fields"):
                    _build_said(labels, said)
                    build_label_form(labels, _agreed(labels, said), item=case.item.id)
                _build_actions()
        ui.run_javascript(f"Answerable.review.begin({json.dumps('')})")


def _build_said(labels: Sequence[Label], said: Sequence[Annotation]) -> None:
    """Build a table of what each annotator said; what they differ in stands out."""
    Tag("h3", "What was said", "label")
    with Tag("table", "", "said"):
        with Tag("thead"), Tag("tr"):
            Tag("th", "")
            for one in said:
                Tag("th", one.annotator)
        with Tag("tbody"):
            for label in labels:
                values = [one.labels.get(label.name) for one in said]
                differ = label.comparable and len({to_key(value) for value in values}) > 1
                with Tag("tr", "", "is-apart" if differ else ""):
                    Tag("th", label.shown, scope="row")
                    for value in values:
                        Tag("td", _write(value))


def _agreed(labels: Sequence[Label], said: Sequence[Annotation]) -> dict[str, Any]:
    """Return what all said alike: only the rest is left to decide."""
    agreed = {}
    for label in labels:
        values = [one.labels.get(label.name) for one in said]
        if values and values[0] is not None and len({json.dumps(value) for value in values}) == 1:
            agreed[label.name] = values[0]
    return agreed


def _write(value: Any) -> str:
    match value:
        case None:
            return "–"
        case True:
            return "yes"
        case False:
            return "no"
        case [{"label": _}, *_]:
            return f"{len(value)} marked"
        case list():
            return ", ".join(map(str, value))
    return str(value)


def _build_actions() -> None:
    with Tag("div", "", "work-actions"):
        for text, key, style, action in (
            ("Decide", "Enter", "is-primary", "save"),
            ("Later", "s", "", "skip"),
            ("To dataset", "e", "is-quiet", "example"),
        ):
            with Tag("button", "", f"button {style}".strip(), type="button", data_review=action):
                Tag("span", text)
                Tag("kbd", key, aria_hidden="true")
