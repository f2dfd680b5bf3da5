"""The question box with what it asks: the collection, and the app when there are several."""

from __future__ import annotations

import json
from collections.abc import Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.answering.question import MAX_QUESTION
from answerable.console.elements import Button, Select, Tag


class Composer:
    """Hands questions to `ask` and stops to `stop`. Its keys are handled in the browser (console.js).

    `apps` are the names of the apps with the collection of each; choosing an app chooses its collection too.
    """

    def __init__(
        self,
        *,
        collections: list[str],
        collection: str,
        apps: dict[str, str],
        ask: Callable[[str], None],
        stop: Callable[[], None],
        choose: Callable[[], None],
    ) -> None:
        self.collection = collection
        self.app: str | None = None
        self._choose = choose
        self._ask = ask
        with Tag("div", "", "composer", id="composer", role="search") as self._box:
            Tag(
                "textarea", "", "composer-text", id="question", rows="1", placeholder="Ask a question",
                aria_label="Question", data_limit=str(MAX_QUESTION), autocomplete="off",
            )  # fmt: skip
            with Tag("div", "", "composer-bar"):
                self._build_choices(collections, apps)
                Tag("span", "", "composer-count", id="question-count", aria_live="polite")
                Button("", "composer-send", icon="send", label="Send the question", data_action="send")
                Button("", "composer-stop", icon="stop", label="Stop the answer", data_action="stop")
        ui.on("ask", self._on_ask)
        ui.on("stop", lambda _: stop())

    def show_running(self, running: bool) -> None:
        self._box.set_attribute("data-running", "true" if running else None)

    def _build_choices(self, collections: list[str], apps: dict[str, str]) -> None:
        options = {name: name for name in collections} or {self.collection: self.collection}
        select = Select(options, value=self.collection, label="Collection")
        select.on("change", self._on_collection, js_handler="(event) => emit(event.target.value)")
        if len(apps) > 1:
            shown = Select({name: name for name in apps}, value=next(iter(apps)), label="App")
            shown.set_attribute("data-collections", json.dumps(apps))
            shown.on("change", self._on_app, js_handler="(event) => emit(event.target.value)")

    def _on_ask(self, event: GenericEventArguments) -> None:
        """Ask of what is chosen in the browser: while a page connects, word of a choice may come after the question."""
        self.collection = str(event.args["collection"] or self.collection)
        self.app = event.args["app"] or self.app
        self._ask(str(event.args["text"]))

    def _on_collection(self, event: GenericEventArguments) -> None:
        self.collection = str(event.args)
        self._choose()

    def _on_app(self, event: GenericEventArguments) -> None:
        self.app = str(event.args)
