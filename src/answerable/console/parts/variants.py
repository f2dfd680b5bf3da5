"""The variants of an app, newest first, and the moves of its labels."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App, LabelEvent, Variant
from answerable.console.elements import Button, Tag
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_moment
from answerable.console.parts.labels import LabelDialog, build_label_chips
from answerable.console.parts.variant_content import build_content, format_models
from answerable.console.visitor import Visitor

_PART = 20
"""Variants and moves that are shown at once; more on demand."""


_CHOSEN = "chosen-variant"


class VariantList:
    """Shows the variants of an app and the history of its labels; the one with the id `chosen` is in sight, open."""

    def __init__(self, visitor: Visitor, app: App, *, chosen: str | None = None) -> None:
        self._visitor = visitor
        self._app = app
        self._chosen = chosen
        places = [variant.id for variant in app.variants]
        self._shown = max(_PART, places.index(chosen) + 1 if chosen in places else 0)
        with Tag("section", "", "section", aria_label="Variants"):
            self._list = ui.element("div")
        with Tag("section", "", "section", aria_label="History of the labels"):
            Tag("h2", "History of the labels")
            self._history = ui.element("div")
        self._dialogs = ui.element("div")

    async def show(self) -> None:
        """Show everything as it is now."""
        services = self._visitor.services
        self._app = services.apps.get_app(self._app.name)
        moves = await services.apps.history(self._app.name, limit=_PART)
        self._list.clear()
        with self._list:
            self._build_list()
        self._history.clear()
        with self._history:
            _build_history(moves)
        if self._chosen is not None:
            ui.run_javascript(f'Answerable.showElement("{_CHOSEN}")')

    def _build_list(self) -> None:
        with Tag("ol", "", "cards"):
            for variant in self._app.variants[: self._shown]:
                self._build_card(variant)
        rest = len(self._app.variants) - self._shown
        if rest > 0:
            Button(f"Show {min(rest, _PART)} more").on("click", self._show_more)

    def _build_card(self, variant: Variant) -> None:
        chosen = variant.id == self._chosen
        with Tag("li", "", "card", id=_CHOSEN if chosen else None):
            with Tag("div", "", "card-head"):
                Tag("h3", variant.name)
                Button(
                    variant.hash[:12], "copy", icon="copy",
                    label=f"Copy the id {variant.id}", data_copy=variant.id,
                )  # fmt: skip
                if self._app.names.get(variant.name) != variant:
                    Tag("span", "earlier content", "tag")
                build_label_chips(label for label in self._app.labels.values() if label.variant == variant)
                self._build_actions(variant)
            build_facts(_list_facts(variant))
            with Tag("details", "", "fold", open="open" if chosen else None) as fold:
                Tag("summary", "Prompt and settings")
                content = ui.element("div")
            if chosen:
                with content:
                    build_content(variant.content)
            fold.on(
                "toggle",
                lambda event: _fill(content, variant, event),
                js_handler="(event) => emit(event.target.open)",
            )

    def _build_actions(self, variant: Variant) -> None:
        production = self._app.labels.get(PRODUCTION)
        with Tag("div", "", "card-actions"):
            if production is not None and production.variant != variant:
                address = self._to_address(view="compare", before=production.variant.id, after=variant.id)
                Tag(
                    "a", "Compare", "button", href=address, aria_label=f"Compare production with {variant.id}"
                )
            if self._visitor.may_write:
                address = self._to_address(view="try", variant=variant.id)
                Tag("a", "Try", "button", href=address, aria_label=f"Try {variant.id}")
                Button("Label", label=f"Label {variant.id}").on("click", lambda: self._open_dialog(variant))

    def _to_address(self, **query: str) -> str:
        return f"/apps/{quote(self._app.name)}?{urlencode(query)}"

    def _open_dialog(self, variant: Variant) -> None:
        self._dialogs.clear()
        with self._dialogs:
            dialog = LabelDialog(self._visitor, self._app, variant, moved=self.show)
        dialog.open()

    async def _show_more(self) -> None:
        await self._visitor.check_reader()
        self._shown += _PART
        await self.show()


def _fill(content: ui.element, variant: Variant, event: GenericEventArguments) -> None:
    """Build what a fold holds when it is opened for the first time: prompts are long, and most stay folded."""
    if event.args and not content.default_slot.children:
        with content:
            build_content(variant.content)


def _list_facts(variant: Variant) -> list[tuple[str, str]]:
    facts = [("Model", format_models(variant.content))]
    if variant.content.grounding is not None:
        facts.append(("Collection", variant.content.grounding.collection))
    if variant.content.output is not None:
        facts.append(("Output", "JSON"))
    if variant.registered_at is not None:
        facts.append(("Registered", format_moment(variant.registered_at)))
    return facts


def _build_history(moves: list[LabelEvent]) -> None:
    if not moves:
        Tag("p", "No label was set yet.", "quiet")
        return
    with Tag("ol", "", "moves"):
        for move in moves:
            with Tag("li", "", "move"):
                with Tag("p", "", "move-head"):
                    Tag("span", move.label, "chip is-production" if move.label == PRODUCTION else "chip")
                    Tag("span", f"{move.before} → {move.after}" if move.before else f"set on {move.after}")
                if move.reason:
                    Tag("p", move.reason, "move-reason")
                Tag("p", f"{format_moment(move.at)} · {_name_mover(move)}", "quiet")


def _name_mover(move: LabelEvent) -> str:
    return f"from the app's file, applied by {move.by}" if move.source == "file" else f"by {move.by}"
