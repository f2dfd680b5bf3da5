"""The answer of a run as it was given, each sentence with its verdict, and the passages behind it."""

from __future__ import annotations

import asyncio
import json

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Markup, Tag
from answerable.console.parts.answer import find_span, list_cited, render_answer_text, render_verdicts
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.sources import build_sources
from answerable.console.parts.traces.recorded import RecordedRun
from answerable.console.parts.traces.values import write_value
from answerable.console.prose import render_prose
from answerable.traces.types import Trace


async def build_answer(run: RecordedRun) -> None:
    """Build the question's input where it is more than a line, and the answer."""
    trace = run.trace
    with Tag("section", "", "block", aria_label="Answer"):
        Tag("h2", "Answer")
        if trace.abstained:
            Tag("p", "The app declined to answer.", "quiet")
        if not trace.output:
            Tag("p", _explain_absence(trace), "quiet")
        elif is_json(trace.output):
            Tag("pre", write_value(trace.output), "code")
        else:
            text = await asyncio.to_thread(
                render_answer_text, trace.output, titles=run.titles, citations=run.citations
            )
            Markup(text, "answer prose")
            Markup(render_verdicts(run.citations))
        cited = list_cited(run.citations, sources=len(run.passages))
        if cited:
            build_sources([(number, run.passages[number - 1]) for number in cited], title="Sources")


def build_input(trace: Trace) -> None:
    """Build everything that was asked, folded."""
    with Tag("details", "", "fold block"):
        Tag("summary", "The whole input")
        Tag("pre", json.dumps(dict(trace.input), indent=2, ensure_ascii=False), "code")


def open_passages(run: RecordedRun, passages: PassagePanel) -> None:
    """Let the sources and the markers of the page open their passage in the panel."""

    async def on_open(event: GenericEventArguments) -> None:
        number, sentence = int(event.args["source"]), event.args["sentence"]
        if not 1 <= number <= len(run.passages):
            return
        passage = run.passages[number - 1]
        if passage is not None:
            span = find_span(run.citations, number, None if sentence is None else int(sentence))
            await passages.open(passage, number=number, span=span)

    ui.on("open-source", on_open)


def open_texts(run: RecordedRun, panel: Panel) -> None:
    """Let the sources and the markers open the text of their passage alone, for somebody who sees no documents."""

    def on_open(event: GenericEventArguments) -> None:
        number = int(event.args["source"])
        passage = run.passages[number - 1] if 1 <= number <= len(run.passages) else None
        if passage is None:
            return
        with (
            panel.fill(passage.document.title or passage.document.uri, number=number),
            Tag("div", "", "panel-body", tabindex="0", role="region", aria_label="Text of the passage"),
        ):
            Markup(render_prose(passage.text), "prose is-document is-flowing")

    ui.on("open-source", on_open)


def _explain_absence(trace: Trace) -> str:
    if trace.status == "error":
        return "It failed before there was one."
    if trace.status == "cancelled":
        return "Nobody waited for it."
    return "Its text is not kept."


def is_json(text: str) -> bool:
    """Tell whether an answer is a JSON object or list, as an app with an output schema gives it."""
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
