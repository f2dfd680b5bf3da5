"""One question of the thread, from the search to the checked answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui

from answerable.answering.types import Answer
from answerable.console.elements import Button, Markup, Tag
from answerable.console.parts.answer import (
    list_cited,
    list_facts,
    name_sources,
    render_answer_text,
    render_verdicts,
)
from answerable.console.parts.sources import build_sources
from answerable.console.parts.thumbs import Thumb, Thumbs
from answerable.console.turns import Turn

_FRAME_SECONDS = 0.05
_STATUS = {"searching": "Searching the documents", "writing": "Writing"}


class TurnView:
    """Shows a turn and follows it. `retry` asks the question again, `rate` gives a thumb to the answer.

    Sources open by event (console.js). With `links_trace` the trace id leads to the page of the run.
    """

    def __init__(
        self,
        turn: Turn,
        *,
        place: int,
        retry: Callable[[Turn], None],
        rate: Callable[[Turn, Thumb], Awaitable[None]],
        links_trace: bool = False,
    ) -> None:
        self.turn = turn
        self._links_trace = links_trace
        self._retry = retry
        self._rate = rate
        self._frame: asyncio.TimerHandle | None = None
        with Tag("article", "", "turn", data_turn=str(place), aria_label=f"Question: {turn.question}"):
            Tag("h2", turn.question, "turn-question")
            self._status = Tag("p", "", "turn-status", role="status")
            self._text = Markup("", "answer prose")
            self._rest = ui.element("div").classes("turn-rest")
        self.show()

    def show(self) -> None:
        """Show the turn as it is now."""
        self.show_text()
        self._rest.clear()
        with self._rest:
            if self.turn.answer is not None:
                self._build_answer(self.turn.answer)
            elif self.turn.state == "failed":
                self._build_problem()
            elif self.turn.state == "stopped":
                self._build_stopped()

    def show_text_soon(self) -> None:
        """Show the text within `_FRAME_SECONDS`; calls until then cost nothing."""
        if self._frame is None:
            self._frame = asyncio.get_running_loop().call_later(_FRAME_SECONDS, self.show_text)

    def show_text(self) -> None:
        """Show the text alone: what changes many times a second while the answer streams."""
        if self._frame is not None:
            self._frame.cancel()
            self._frame = None
        turn = self.turn
        self._status.set_text(_STATUS.get(turn.state, ""))
        self._status.set_visibility(turn.running)
        abstained = turn.answer is not None and turn.answer.abstained
        self._text.classes(
            add="is-writing" if turn.state == "writing" else "", remove="" if turn.running else "is-writing"
        )
        self._text.set_visibility(bool(turn.text) and not abstained)
        citations = turn.answer.citations if turn.answer else ()
        titles = name_sources(turn.sources)
        self._text.set_content(render_answer_text(turn.text, titles=titles, citations=citations))

    def _build_answer(self, answer: Answer) -> None:
        if answer.abstained:
            with Tag("div", "", "callout is-calm"):
                Tag("p", "The documents do not answer this.", "callout-title")
                if answer.ingesting:
                    Tag("p", "Documents are still coming in: ask again when they are there.")
                else:
                    Tag("p", "Nothing was made up. Ask in other words, or look at the nearest passages.")
        else:
            Markup(render_verdicts(answer.citations))
        cited = list_cited(answer.citations, sources=len(answer.sources))
        shown = cited or list(range(1, min(len(answer.sources), 3) + 1))
        if shown:
            passages = [(number, answer.sources[number - 1]) for number in shown]
            build_sources(passages, title="Sources" if cited else "Nearest passages")
        Thumbs(self.turn.thumb, give=lambda thumb: self._rate(self.turn, thumb))
        self._build_footer(answer)

    def _build_footer(self, answer: Answer) -> None:
        with Tag("footer", "", "turn-facts"), Tag("dl", "", "facts"):
            for name, value in list_facts(answer):
                with Tag("div"):
                    Tag("dt", name)
                    Tag("dd", value)
            with Tag("div"):
                Tag("dt", "Trace")
                with Tag("dd"):
                    Button(
                        answer.trace_id[:8],
                        "copy",
                        icon="copy",
                        label="Copy the trace id",
                        data_copy=answer.trace_id,
                    )
                    if self._links_trace:
                        Tag("a", "Open", "fact-link", href=f"/traces/{answer.trace_id}")

    def _build_problem(self) -> None:
        error = self.turn.error
        with Tag("div", "", "callout is-problem", role="alert"):
            Tag("p", error.detail if error else "Something went wrong here.", "callout-title")
            Tag("p", (error.hint if error else None) or "The server's log has the details.")
            Button("Try again", icon="retry").on("click", lambda: self._retry(self.turn))

    def _build_stopped(self) -> None:
        with Tag("div", "", "callout is-calm"):
            Tag("p", "Stopped.", "callout-title")
            Tag("p", "What was written until then is not checked.")
            Button("Ask again", icon="retry").on("click", lambda: self._retry(self.turn))
