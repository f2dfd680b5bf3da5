"""The exact prompt of each model call and what the model said, with the passages that were put before it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from answerable.console.elements import Tag
from answerable.console.parts.sources import build_sources
from answerable.console.parts.traces.message_view import build_messages
from answerable.console.parts.traces.messages import ModelCall, list_calls
from answerable.console.parts.traces.recorded import RecordedRun
from answerable.traces import conventions as names
from answerable.traces.types import Span


def build_prompts(run: RecordedRun) -> None:
    """Build the calls of the whole trace, in their order."""
    calls = list_calls(run.spans)
    if not calls:
        _build_nothing(run)
    for number, call in enumerate(calls, 1):
        _build_call(call, number=number if len(calls) > 1 else None)
    if run.passages:
        build_sources(list(enumerate(run.passages, 1)), title="Passages put before the model")
    for text in run.trace.raw:
        with Tag("section", "", "block"):
            Tag("h2", "What the model wrote, and was not passed on")
            Tag("pre", text, "code")


def _build_call(call: ModelCall, *, number: int | None) -> None:
    with Tag("section", "", "block", aria_label=f"Prompt {number or ''}".strip()):
        with Tag("div", "", "block-head"):
            Tag("h2", f"{f'{number}. ' if number else ''}{call.span.name}")
            Tag("span", _describe(call), "quiet")
        build_messages(call)
        if not call.received:
            Tag(
                "p", str(call.span.attributes.get(names.ERROR_TYPE) or "What came back is not kept."), "quiet"
            )


def _describe(call: ModelCall) -> str:
    told = call.span.attributes
    settings = {"max_tokens": names.REQUEST_MAX_TOKENS, "temperature": names.REQUEST_TEMPERATURE}
    words = [f"{title} {told[name]}" for title, name in settings.items() if name in told]
    if names.OUTPUT_TOKENS in told:
        words.append(f"{told.get(names.INPUT_TOKENS, 0)} → {told[names.OUTPUT_TOKENS]} tokens")
    return " · ".join(words)


def _build_nothing(run: RecordedRun) -> None:
    with Tag("div", "", "empty"):
        Tag("p", "No prompt is kept of this run.", "callout-title")
        source = find_cached(run.spans)
        if source is None:
            Tag(
                "p",
                "No model was asked, or the app's policy keeps no content, or the run is of an older version.",
            )
        else:
            with Tag("p", "The answer came from the cache. "):
                Tag("a", "The run that made it has the prompt.", href=f"/traces/{source}?view=prompt")


def find_cached(spans: Iterable[Span]) -> str | None:
    """Return the trace of the run that made a cached answer."""
    found = (span.attributes.get(names.CACHE_TRACE) for span in spans)
    return next((quote(str(trace)) for trace in found if trace), None)
