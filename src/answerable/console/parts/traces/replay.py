"""Runs the input of a trace through another variant, and shows both outcomes side by side."""

from __future__ import annotations

from nicegui.events import GenericEventArguments

from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App
from answerable.console.elements import Button, Select, Tag
from answerable.console.parts.comparison import list_variant_options
from answerable.console.parts.outcome import from_trace
from answerable.console.parts.past_inputs import find_obstacle, preview_input, to_request
from answerable.console.parts.trial_runs import Trial, TrialRuns
from answerable.console.visitor import Visitor
from answerable.core.errors import NotFound
from answerable.traces.types import Trace


def build_replay(visitor: Visitor, trace: Trace) -> None:
    """Build the choice of a variant, or say why this run cannot be repeated."""
    obstacle, app = find_obstacle(trace), _find_app(visitor, trace)
    if app is None or not app.variants:
        obstacle = f"The app {trace.app!r} is not registered any more."
    if obstacle is not None or app is None:
        with Tag("div", "", "empty"):
            Tag("p", "This run cannot be repeated.", "callout-title")
            Tag("p", obstacle or "")
        return
    Replay(visitor, trace, app)


class Replay:
    """The choice of a variant and the trials below, each beside what the trace had."""

    def __init__(self, visitor: Visitor, trace: Trace, app: App) -> None:
        self._trace = trace
        self._app = app
        self._variant = choose_variant(app, trace)
        with Tag("div", "", "try-bar"):
            with Tag("div", "", "field"):
                Tag("span", "Variant", "label", aria_hidden="true")
                select = Select(list_variant_options(app), value=self._variant, label="Variant")
                select.on("change", self._on_variant, js_handler="(event) => emit(event.target.value)")
            Button("Replay", "button is-primary", icon="retry").on("click", self._run)
        Tag("p", _explain(trace), "quiet replay-hint")
        self._runs = TrialRuns(visitor)

    def _on_variant(self, event: GenericEventArguments) -> None:
        self._variant = str(event.args)

    async def _run(self) -> None:
        request = to_request(self._trace, f"{self._app.name}@{self._variant}")
        await self._runs.start([Trial(preview_input(self._trace), request, from_trace(self._trace))])


def choose_variant(app: App, trace: Trace) -> str:
    """Return the id of the variant to offer: production's, unless the trace is of it; then the newest other one."""
    production = app.labels.get(PRODUCTION)
    if production is not None and production.variant.hash != trace.variant_hash:
        return production.variant.id
    others = [variant.id for variant in app.variants if variant.hash != trace.variant_hash]
    return others[0] if others else app.variants[0].id


def _find_app(visitor: Visitor, trace: Trace) -> App | None:
    try:
        return visitor.services.apps.get_app(trace.app)
    except NotFound:
        return None


def _explain(trace: Trace) -> str:
    text = "The same input, past the cache. It counts against budgets, and leaves a trace with the purpose trial."
    if trace.conversation_id is not None:
        text += " This run was part of a conversation; it is repeated without it."
    return text
