"""The page of one run: its answer and steps, the exact prompt, and a replay with another variant."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from answerable.console.elements import Button, Tag
from answerable.console.frame import add_assets, build_frame
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.past_inputs import preview_input
from answerable.console.parts.traces.answer_block import build_answer, build_input, open_passages
from answerable.console.parts.traces.example_dialog import ExampleDialog
from answerable.console.parts.traces.prompt_view import build_prompts
from answerable.console.parts.traces.recorded import RecordedRun, read_run
from answerable.console.parts.traces.relatives import build_relatives
from answerable.console.parts.traces.replay import build_replay
from answerable.console.parts.traces.rows import to_page
from answerable.console.parts.traces.run_head import build_problem, build_run_facts, build_title
from answerable.console.parts.traces.scores import build_scores
from answerable.console.parts.traces.share_dialog import ShareDialog
from answerable.console.parts.traces.span_panel import SpanPanel, follow_spans
from answerable.console.parts.traces.waterfall import build_waterfall
from answerable.console.visitor import Visitor

_VIEWS = {"run": "Run", "prompt": "Prompt"}
_WRITER_VIEWS = {**_VIEWS, "replay": "Replay"}


async def build_trace_page(visitor: Visitor, request: Request) -> None:
    """Build the page; its address says what it shows: `?span=` names the run of the trace, `?view=` the view.

    Raises Forbidden for a key that may not see traces, NotFound for a run that is not there.
    """
    visitor.authorise_reader()
    query = request.query_params
    run = await read_run(
        visitor.services,
        request.path_params["trace_id"],
        span_id=query.get("span"),
        groups=visitor.principal.groups,
    )
    build_frame(visitor, page="traces")
    add_assets("traces.css", "traces.js")
    ui.page_title(f"{preview_input(run.trace)[:60] or 'Trace'} - Answerable")
    views = _WRITER_VIEWS if visitor.may_write else _VIEWS
    view = query.get("view", "")
    view = view if view in views else "run"
    with Tag("div", "", "page is-wide", id="main"):
        _build_head(visitor, run)
        _build_tabs(run, views, current=view)
        await _build_view(visitor, run, view)


def _build_head(visitor: Visitor, run: RecordedRun) -> None:
    with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
        Tag("a", "Traces", href="/traces", data_back="")
    example, share = ExampleDialog(visitor, run.trace), ShareDialog(visitor, run.trace)
    with Tag("header", "", "trace-head"):
        with Tag("div"):
            build_title(run.trace)
        with Tag("div", "", "card-actions"):
            if run.trace.status == "ok":
                Button("Add to dataset", icon="plus").on("click", example.open)
            if visitor.may_write:
                Button("Share", icon="share").on("click", share.open)
    build_problem(run.trace)


def _build_tabs(run: RecordedRun, views: dict[str, str], *, current: str) -> None:
    with Tag("nav", "", "tabs", aria_label="Views of the run"):
        for name, title in views.items():
            address = to_page(run.trace, view=name)
            Tag("a", title, "tab", href=address, aria_current="page" if name == current else None)


async def _build_view(visitor: Visitor, run: RecordedRun, view: str) -> None:
    match view:
        case "prompt":
            build_prompts(run)
            open_passages(run, PassagePanel(visitor, Panel()))
        case "replay":
            build_replay(visitor, run.trace)
        case _:
            await _build_run(visitor, run)


async def _build_run(visitor: Visitor, run: RecordedRun) -> None:
    with Tag("div", "", "run-view"):
        build_run_facts(run.trace)
        await build_answer(run)
        with Tag("section", "", "block", aria_label="Steps"):
            Tag("h2", "Steps")
            build_waterfall(run.trace, run.tree)
        build_scores(run.scores, run.calibrations)
        await build_relatives(visitor, run)
        build_input(run.trace)
    panel = Panel(label="Details")
    open_passages(run, PassagePanel(visitor, panel))
    follow_spans(SpanPanel(run.tree, panel))
