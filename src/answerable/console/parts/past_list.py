"""The newest runs of an app, to choose inputs from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from answerable.console.elements import Tag
from answerable.console.parts.figures import format_moment
from answerable.console.parts.past_inputs import find_obstacle, preview_input
from answerable.traces.types import Trace

_READ_CHOSEN = "(event) => { event.preventDefault(); emit(new FormData(event.target).getAll('trace')) }"
_STATES = {"error": "failed", "cancelled": "stopped"}


def build_past_list(traces: Sequence[Trace], *, run: Callable[[Sequence[str]], Awaitable[None]]) -> None:
    """Build the list; `run` gets the ids of the traces that were chosen."""

    async def on_submit(event: GenericEventArguments) -> None:
        await run([str(id) for id in event.args])

    if not traces:
        Tag("p", "The app has not been run yet.", "quiet")
        return
    with Tag("form", "", "past").on("submit", on_submit, js_handler=_READ_CHOSEN):
        with Tag("ul", "", "past-list"):
            for trace in traces:
                with Tag("li"):
                    _build_entry(trace)
        with Tag("div", "", "past-actions"):
            Tag("button", "Run on the chosen", "button is-primary", type="submit")
            Tag("button", "Choose all", "button", type="button").on(
                "click", js_handler="(event) => Answerable.chooseAll(event)"
            )


def _build_entry(trace: Trace) -> None:
    obstacle = find_obstacle(trace)
    facts = [format_moment(trace.started_at), trace.variant]
    if trace.status in _STATES:
        facts.append(_STATES[trace.status])
    if trace.conversation_id is not None:
        facts.append("part of a conversation, runs alone here")
    if obstacle is not None:
        facts.append(obstacle)
    with Tag("label", "", "past-entry"):
        Tag(
            "input", type="checkbox", name="trace", value=trace.id,
            disabled=None if obstacle is None else "disabled",
        )  # fmt: skip
        with Tag("span", "", "past-words"):
            Tag("span", preview_input(trace), "past-input")
            Tag("span", " · ".join(facts), "quiet")
