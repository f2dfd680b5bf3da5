"""One trial: an input, what came of it earlier, and what comes of it now."""

from __future__ import annotations

import asyncio
from html import escape

from nicegui import ui

from answerable.console.elements import Markup, Tag
from answerable.console.parts.facts import build_facts
from answerable.console.parts.outcome import Outcome
from answerable.core.word_diff import mark_words


class TrialView:
    """Waits, then shows the outcome beside the earlier one, the words that differ marked."""

    def __init__(self, title: str, *, variant: str, before: Outcome | None) -> None:
        self.before = before
        self.after: Outcome | None = None
        self._variant = variant
        with Tag("article", "", "trial", aria_label=f"Trial: {title}"):
            with Tag("header", "", "trial-head"):
                Tag("h3", title, "trial-input")
                self._state = Tag("span", "waiting", "tag", role="status")
            self._sides = Tag("div", "", "trial-sides" if before else "trial-sides is-alone")
        self._build(escape(before.text) if before else "", None)

    @property
    def same(self) -> bool:
        """Whether the output is what it was."""
        before, after = self.before, self.after
        if before is None or after is None or before.problem or after.problem:
            return False
        return before.text == after.text

    def show_state(self, state: str) -> None:
        self._state.set_text(state)

    def show_stopped(self) -> None:
        self._state.set_text("stopped")
        self._sides.classes("is-stopped")

    async def show(self, outcome: Outcome) -> None:
        """Show what came of it."""
        self.after = outcome
        before = self.before
        if before is None or before.problem or outcome.problem:
            left, right = escape(before.text) if before else "", escape(outcome.text)
        else:
            left, right = await asyncio.to_thread(mark_words, before.text, outcome.text)
        self._state.set_text(self._describe(outcome))
        self._state.classes(add="is-removed" if outcome.problem else "is-added" if self.same else "")
        self._sides.clear()
        self._build(left, right)

    def _describe(self, outcome: Outcome) -> str:
        if outcome.problem:
            return "failed"
        if self.before is None:
            return "done"
        return "same output" if self.same else "other output"

    def _build(self, left: str, right: str | None) -> None:
        with self._sides:
            if self.before is not None:
                _build_side("Earlier", self.before, left)
            if self.after is not None and right is not None:
                _build_side("Now", self.after, right)
            else:
                _build_pending(self._variant)


def _build_side(title: str, outcome: Outcome, content: str) -> None:
    with Tag("section", "", "trial-side", aria_label=f"{title}: {outcome.variant}"):
        _build_head(title, outcome.variant, trace_id=outcome.trace_id)
        if outcome.problem:
            with Tag("div", "", "callout is-problem"):
                Tag("p", outcome.problem, "callout-title")
                if outcome.hint:
                    Tag("p", outcome.hint)
        else:
            classes = "output is-code" if outcome.text.startswith(("{", "[")) else "output"
            Markup(content or '<span class="quiet">No text.</span>', classes)
        build_facts(outcome.list_facts())


def _build_pending(variant: str) -> None:
    with Tag("section", "", "trial-side", aria_label=f"Now: {variant}"):
        _build_head("Now", variant)
        with ui.element("div").classes("output is-pending"):
            Tag("span", "", "unseen")


def _build_head(title: str, variant: str, *, trace_id: str | None = None) -> None:
    with Tag("p", "", "trial-variant"):
        Tag("span", title, "label")
        Tag("code", variant)
        if trace_id is not None:
            Tag("a", "Trace", "fact-link", href=f"/traces/{trace_id}")
