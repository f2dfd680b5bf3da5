"""Tries a variant on what the app was asked before, or on an input of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from nicegui.events import GenericEventArguments

from answerable.answering.types import RunRequest
from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App, Variant
from answerable.console.elements import Select, Tag
from answerable.console.parts.comparison import list_variant_options
from answerable.console.parts.input_form import InputForm
from answerable.console.parts.outcome import from_trace
from answerable.console.parts.past_inputs import (
    choose_inputs,
    find_obstacle,
    preview_input,
    preview_values,
    to_request,
)
from answerable.console.parts.past_list import build_past_list
from answerable.console.parts.trial_runs import Trial, TrialRuns
from answerable.console.visitor import Visitor
from answerable.core.errors import InvalidInput
from answerable.traces.types import Trace, TraceFilter

_OFFERED: Final = 30
"""Past inputs to choose from."""
_READ: Final = 200
"""Traces that they are taken from."""


async def build_tryout(visitor: Visitor, app: App, *, variant: str | None) -> None:
    """Build the view with that variant chosen, else the newest. Raises NotFound for one that is not there."""
    if not app.variants:
        with Tag("div", "", "empty"):
            Tag("p", "There is nothing to try yet.", "callout-title")
            Tag("p", "Run answerable apply to register a variant.")
        return
    chosen = visitor.services.apps.get_variant(f"{app.name}@{variant or app.variants[0].id}")
    traces = (await visitor.services.traces.list(TraceFilter(app=app.name), limit=_READ)).traces
    production = app.labels.get(PRODUCTION)
    prefer = None if production is None else production.variant.id
    Tryout(visitor, app, chosen, choose_inputs(traces, prefer=prefer, limit=_OFFERED))


class Tryout:
    """The choice of a variant and of inputs, and the trials below."""

    def __init__(self, visitor: Visitor, app: App, variant: Variant, traces: Sequence[Trace]) -> None:
        self._visitor = visitor
        self._app = app
        self._variant = variant
        self._traces = {trace.id: trace for trace in traces}
        self._build_bar()
        with Tag("div", "", "try-inputs"):
            with Tag("section", "", "try-box", aria_label="Past inputs"):
                Tag("h2", "Past inputs")
                build_past_list(traces, run=self._run_past)
            with Tag("section", "", "try-box", aria_label="An input of your own"):
                Tag("h2", "An input of your own")
                self._form = InputForm(visitor.session.files, submit=self._run_own)
                self._form.show(variant.content)
        self._runs = TrialRuns(visitor)

    def _build_bar(self) -> None:
        with Tag("div", "", "try-bar"):
            with Tag("div", "", "field"):
                Tag("span", "Variant", "label", aria_hidden="true")
                select = Select(list_variant_options(self._app), value=self._variant.id, label="Variant")
                select.on("change", self._on_variant, js_handler="(event) => emit(event.target.value)")
            self._draft = Tag("a", "New draft from it", "button", href=self._to_draft())

    def _to_draft(self) -> str:
        query = urlencode({"view": "draft", "variant": self._variant.id})
        return f"/apps/{quote(self._app.name)}?{query}"

    def _on_variant(self, event: GenericEventArguments) -> None:
        self._variant = self._visitor.services.apps.get_variant(f"{self._app.name}@{event.args}")
        self._form.show(self._variant.content)
        self._draft.set_attribute("href", self._to_draft())

    async def _run_past(self, chosen: Sequence[str]) -> None:
        traces = [self._traces[id] for id in chosen if id in self._traces]
        if not traces:
            raise InvalidInput("No past input is chosen.", hint="Tick one or more, then run.")
        await self._runs.start(
            [
                Trial(preview_input(trace), to_request(trace, self._reference), from_trace(trace))
                for trace in traces
                if find_obstacle(trace) is None
            ]
        )

    async def _run_own(self, values: dict[str, Any]) -> None:
        request = RunRequest(app=self._reference, input=values, fresh=True, purpose="trial")
        shown = {key: "a file" if isinstance(value, bytes) else value for key, value in values.items()}
        await self._runs.start([Trial(preview_values(shown) or "No input", request)])

    @property
    def _reference(self) -> str:
        return f"{self._app.name}@{self._variant.id}"
