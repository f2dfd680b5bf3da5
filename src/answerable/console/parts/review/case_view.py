"""A case: the question, the answer with its verdicts, the passages, and what may be told."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Markup, Tag
from answerable.console.parts.answer import find_span, list_cited, render_answer_text, render_verdicts
from answerable.console.parts.calibration import render_calibration
from answerable.console.parts.facts import build_facts
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.sources import build_sources
from answerable.console.parts.traces.answer_block import is_json
from answerable.console.parts.traces.recorded import place_citations
from answerable.console.parts.traces.values import write_value
from answerable.quality.cases import Case, Told


def build_case(case: Case) -> None:
    """Build everything but the labels."""
    citations = place_citations(case.answer, case.citations)
    titles = [
        (one.document.title or one.document.uri) if one else "no longer in the index" for one in case.passages
    ]
    with Tag("article", "", "case", data_turn="0", aria_label="The answer to review"):
        Tag("p", case.app, "case-app")
        Tag("h2", case.question or "The question was not kept.", "case-question")
        if is_json(case.answer):
            Tag("pre", write_value(case.answer), "code")
        else:
            Markup(render_answer_text(case.answer, titles=titles, citations=citations), "answer prose")
            Markup(render_verdicts(citations))
        if any(label.kind == "span" for label in case.queue.spec.labels):
            _build_marking(case.answer)
        cited = list_cited(citations, sources=len(case.passages))
        numbers = cited or list(range(1, min(len(case.passages), 3) + 1))
        if numbers:
            title = "Sources" if cited else "Passages that were found"
            build_sources([(number, case.passages[number - 1]) for number in numbers], title=title)
        _build_told(case.told)
    # What a correction starts from, and what spans count in: the text as it is kept.
    Tag("div", case.answer, id="answer-text", hidden="hidden")


def open_sources(find_case: Callable[[], Case | None], passages: PassagePanel) -> None:
    """Let the sources of the case that is shown open in the panel."""

    async def on_open(event: GenericEventArguments) -> None:
        case, number = find_case(), int(event.args["source"])
        if case is None or not 1 <= number <= len(case.passages):
            return
        passage = case.passages[number - 1]
        if passage is not None:
            sentence = event.args["sentence"]
            citations = place_citations(case.answer, case.citations)
            span = find_span(citations, number, None if sentence is None else int(sentence))
            await passages.open(passage, number=number, span=span)

    ui.on("open-source", on_open)


def _build_marking(answer: str) -> None:
    with Tag("section", "", "marking", aria_label="Mark in the answer"):
        Tag("h3", "Mark in the answer", "label")
        Tag("div", answer, "mark-text", tabindex="0", data_mark="")


def _build_told(told: Told | None) -> None:
    if told is None:
        Tag(
            "p",
            "Blind: what others think, and which variant answered, is shown when the item is done.",
            "quiet told",
        )
        return
    facts = [("Variant", told.variant), ("Model", told.model or "none")]
    if told.thumb is not None:
        facts.append(("Thumb", "up" if told.thumb > 0 else "down"))
    for score in told.scores:
        if score.source in {"judge", "code", "human"} and (score.value is not None or score.label):
            shown = score.label or f"{score.value:.2f}"
            facts.append((f"{score.name} ({score.evaluator or score.source})", shown))
    with Tag("footer", "", "told"):
        build_facts(facts)
        for score in told.scores:
            if score.id in told.calibrations:
                with Tag("p", "", "quiet"):
                    Tag("span", f"{score.name}: ")
                    Markup(render_calibration(told.calibrations[score.id]))
        Tag("a", "Trace", href=f"/traces/{told.trace_id}")
