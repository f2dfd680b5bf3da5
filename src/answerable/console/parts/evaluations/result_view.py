"""Everything about one result: what was asked, what was given and expected, its scores with reasons, its run."""

from __future__ import annotations

from html import escape

from answerable.console.elements import Markup, Tag
from answerable.console.parts.datasets.addresses import to_dataset
from answerable.console.parts.datasets.example_rows import render_tags
from answerable.console.parts.datasets.example_view import build_expected, build_input, build_part
from answerable.console.parts.evaluations.result_rows import judge_value, order_scores
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_cost, format_duration
from answerable.console.parts.traces.values import write_value
from answerable.evaluation.reports.texts import show_output, show_value
from answerable.evaluation.runs.types import EvalRun, ItemResult, ItemScore
from answerable.evaluation.types import Metric, Output, Sentence

_SIGNS = {"supported": "is-supported", "partial": "is-partial", "unsupported": "is-unsupported"}


def build_result(run: EvalRun, result: ItemResult) -> None:
    """Build the parts of a result, the most telling first."""
    if result.example is None:
        Tag("p", "The example was erased since.", "quiet")
    else:
        build_input(result.example.input)
    _build_output(result)
    if result.example is not None:
        build_expected(result.example)
    _build_scores(run, result)
    if result.output is not None:
        _build_passages(result.output)
    _build_origin(run, result)


def _build_output(result: ItemResult) -> None:
    output = result.output
    if output is None:
        build_part("Failed", result.error or "It gave nothing.")
        return
    with Tag("section", "", "part is-output"):
        Tag("h3", "Output", "label")
        if output.sentences:
            Markup(_render_sentences(output.sentences), "output prose")
        else:
            Tag("pre", show_output(output) or "(empty)", "output", dir="auto")
        if output.abstained:
            Tag("p", "It declined to answer.", "quiet")
    if output.data is not None and output.text:
        build_part("Data", write_value(output.data), mono=True)
    for call in output.tool_calls:
        build_part("Tool call", f"{call.name} {write_value(dict(call.arguments))}", mono=True)


def _render_sentences(sentences: tuple[Sentence, ...]) -> str:
    """Return the sentences, each underlined as its verdict is."""
    return " ".join(
        f'<span class="sentence {_SIGNS.get(one.verdict, "is-unchecked")}" data-tip="{one.verdict}">'
        f"{escape(write_cited(one))}</span>"
        for one in sentences
    )


def write_cited(one: Sentence) -> str:
    """Return the sentence with the markers of what it cites, where its text does not have them."""
    return one.text + "".join(f" [{marker}]" for marker in one.markers if f"[{marker}]" not in one.text)


def _build_scores(run: EvalRun, result: ItemResult) -> None:
    if not result.scores:
        return
    metrics = run.metrics
    with Tag("section", "", "part"):
        Tag("h3", "Scores", "label")
        with Tag("ul", "", "score-list"):
            for one in order_scores(result.scores, metrics):
                with Tag("li"):
                    _build_score(one, metrics.get(one.metric))


def _build_score(one: ItemScore, metric: Metric | None) -> None:
    with Tag("div", "", "score-line"):
        Tag("span", one.metric or one.evaluator, "score-name")
        if one.evaluator != one.metric:
            Tag("span", one.evaluator, "quiet")
        style = "" if one.value is None else judge_value(one.value, metric)
        value = show_value(one.value, metric.unit if metric else "")
        Tag(
            "b", "crashed" if one.error else value, f"score-value {'is-bad' if one.error else style}".rstrip()
        )
    reason = one.error or one.reason
    if reason:
        Tag("p", reason, "score-reason", dir="auto")
    if one.details:
        with Tag("details", "", "fold"):
            Tag("summary", "Details")
            Tag("pre", write_value(dict(one.details)), "output is-code")


def _build_passages(output: Output) -> None:
    if not output.passages:
        return
    with Tag("details", "", "fold part"):
        Tag("summary", f"Passages ({len(output.passages)})")
        for number, passage in enumerate(output.passages, 1):
            note = passage.title or passage.uri or passage.document_id
            build_part(f"[{number}]", passage.text, note=note)


def _build_origin(run: EvalRun, result: ItemResult) -> None:
    facts = [("Weight", f"{result.weight:g}")]
    output = result.output
    if output is not None:
        facts += [("Model", output.model)] if output.model else []
        facts += [("Time", format_duration(output.latency_ms))] if output.latency_ms is not None else []
        facts.append(("Cost", format_cost(output.cost_usd)))
        if output.cached or result.reused:
            facts.append(("Output", "of an earlier run" if result.reused else "from the cache"))
    with Tag("section", "", "part"):
        Markup(render_tags(result.tags), "example-tags")
        build_facts(facts)
        if output is not None and output.trace_id:
            Tag("a", "Trace", "part-link", href=f"/traces/{output.trace_id}")
        address = to_dataset(run.dataset, version=run.version, text=result.example_key)
        Tag("a", "The example in its dataset", "part-link", href=address)
