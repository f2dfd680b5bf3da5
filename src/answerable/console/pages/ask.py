"""The page *Ask*: a question, its answer sentence by sentence, and the passages behind it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

from fastapi import Request
from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from answerable.answering.question import make_ask
from answerable.answering.types import AnswerEvent, Caller, DeltaEvent, DoneEvent, SourcesEvent
from answerable.console.elements import Button, Tag
from answerable.console.frame import build_frame
from answerable.console.parts.answer import find_span
from answerable.console.parts.composer import Composer
from answerable.console.parts.examples import list_examples
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.thumbs import Thumb
from answerable.console.parts.turn_view import TurnView
from answerable.console.turns import Turn
from answerable.console.visitor import Visitor
from answerable.core.errors import AnswerableError, Unauthenticated
from answerable.quality.given import Given

_LOOK_SECONDS = 0.3
_log = logging.getLogger(__name__)


async def build_ask_page(visitor: Visitor, request: Request) -> None:
    """Build the page for a visitor, with the questions of the session above."""
    del request
    build_frame(visitor, page="ask")
    collections = await visitor.services.knowledge.list_collections(groups=visitor.principal.groups)
    page = AskPage(visitor, [collection.name for collection in collections])
    await page.show_examples()


class AskPage:
    """One open page. At most one answer streams at a time; leaving the page cancels it."""

    def __init__(self, visitor: Visitor, collections: list[str]) -> None:
        self._visitor = visitor
        self._turns = visitor.session.turns
        self._views: list[TurnView] = []
        self._task: asyncio.Task[None] | None = None
        with Tag("div", "", "ask", id="main"):
            self._thread = Tag("section", "", "thread", aria_label="Answers")
            with Tag("section", "", "welcome") as self._welcome:
                Tag("h1", "What would you like to know?")
                Tag(
                    "p",
                    "Answers come from your documents. Every sentence is checked against the passage it cites.",
                )
            apps = [app.name for app in visitor.services.apps.list_apps() if app.kind == "rag"]
            apps.sort(key=lambda name: name != visitor.services.apps.default_app)
            self._composer = Composer(
                collections=collections,
                collection=self._first_collection(collections),
                apps={name: self._find_collection(name) for name in apps},
                ask=self.ask,
                stop=self.stop,
                choose=self._refresh_examples,
            )
            self._examples = Tag("section", "", "examples", aria_label="Example questions")
        self._passages = PassagePanel(visitor, Panel())
        ui.on("open-source", self._on_open_source)
        self._client = ui.context.client
        self._client.on_delete(self.stop)
        for turn in self._turns:
            self._follow_elsewhere(self._add_view(turn))
        self._show_state()

    def ask(self, text: str) -> None:
        """Ask a question in the chosen collection; ignored while another answer streams."""
        if self._task is not None or not text.strip():
            return
        turn = Turn(text.strip(), self._composer.collection, self._composer.app)
        self._turns.append(turn)
        view = self._add_view(turn)
        self._show_state()
        ui.run_javascript("Answerable.showLastTurn()")
        self._task = background_tasks.create(self._run(turn, view), name="answer", context=self._thread)
        self._composer.show_running(True)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def show_examples(self) -> None:
        """Offer questions about the collection, as long as nothing was asked."""
        self._examples.clear()
        if self._turns:
            return
        knowledge, principal = self._visitor.services.knowledge, self._visitor.principal
        examples = await list_examples(knowledge, self._composer.collection, groups=principal.groups)
        with self._examples:
            for example in examples:
                Button(example, "example").on("click", lambda _, text=example: self.ask(text))

    def _refresh_examples(self) -> None:
        background_tasks.create(self.show_examples(), name="examples", context=self._examples)

    def _first_collection(self, collections: list[str]) -> str:
        if self._turns:
            return self._turns[-1].collection
        default = self._find_collection(None)
        return default if default in collections or not collections else collections[0]

    def _find_collection(self, app: str | None) -> str:
        """Return the collection that the app answers from, the default app without a name; empty where it has none."""
        grounding = self._visitor.services.apps.get_variant(app).content.grounding
        return grounding.collection if grounding else ""

    def _add_view(self, turn: Turn) -> TurnView:
        with self._thread:
            view = TurnView(
                turn,
                place=len(self._views),
                retry=lambda turn: self.ask(turn.question),
                rate=self._rate,
                links_trace=self._visitor.may_read,
            )
        self._views.append(view)
        return view

    async def _rate(self, turn: Turn, thumb: Thumb) -> None:
        """Give a thumb to an answer as the signed-in key."""
        assert turn.answer is not None
        principal = await self._visitor.check()
        intake = self._visitor.services.feedback_intake
        await intake.give(principal, turn.answer.trace_id, Given(thumb=thumb))
        turn.thumb = thumb

    def _follow_elsewhere(self, view: TurnView) -> None:
        """Follow an answer that a page of this session began that was left since."""

        def look() -> None:
            if view.turn.running:
                view.show_text()
            else:
                timer.cancel()
                view.show()

        if view.turn.running:
            timer = ui.timer(_LOOK_SECONDS, look)

    def _show_state(self) -> None:
        self._welcome.set_visibility(not self._views)
        self._examples.set_visibility(not self._views)

    async def _run(self, turn: Turn, view: TurnView) -> None:
        try:
            await self._follow(turn, view)
        except asyncio.CancelledError:
            turn.state = "stopped"
            raise
        except Unauthenticated:
            turn.state = "failed"
            raise
        except Exception as error:
            turn.state = "failed"
            turn.error = error if isinstance(error, AnswerableError) else None
            if turn.error is None:
                _log.exception("A question failed")
        finally:
            self._task = None
            if not self._client.is_deleted:
                self._composer.show_running(False)
                view.show()

    async def _follow(self, turn: Turn, view: TurnView) -> None:
        """Show the events of the answer as they come."""
        principal = await self._visitor.check()
        request = make_ask(turn.question, app=turn.app, collection=turn.collection)
        caller = Caller(key_id=principal.key_id, key_name=principal.name, groups=principal.groups)
        async with aclosing(self._visitor.services.runs.stream(request, caller)) as events:
            async for event in events:
                _take(turn, event)
                view.show_text_soon()

    async def _on_open_source(self, event: GenericEventArguments) -> None:
        """Open a source of an answer: `turn` is its place in the thread, None the last one."""
        place, number, sentence = event.args["turn"], event.args["source"], event.args["sentence"]
        turns = list(self._turns)[-len(self._views) :]
        turn = turns[-1 if place is None else int(place)]
        if not 1 <= int(number) <= len(turn.sources):
            return
        citations = turn.answer.citations if turn.answer else ()
        span = find_span(citations, int(number), None if sentence is None else int(sentence))
        await self._passages.open(turn.sources[int(number) - 1], number=int(number), span=span)


def _take(turn: Turn, event: AnswerEvent) -> None:
    match event:
        case SourcesEvent():
            turn.sources, turn.state = event.sources, "writing"
        case DeltaEvent():
            turn.text += event.text
        case DoneEvent():
            turn.answer, turn.text, turn.state = event.answer, event.answer.answer, "done"
