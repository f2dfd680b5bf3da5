"""A run that somebody shared: read-only, without signing in, for as long as its link is valid."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from nicegui import ui

from answerable.console.assets import asset_url, read_asset
from answerable.console.elements import Button, Markup, Tag
from answerable.console.frame import add_assets, head_html, show_error
from answerable.console.parts.panel import Panel
from answerable.console.parts.traces.answer_block import build_answer, open_texts
from answerable.console.parts.traces.prompt_view import build_prompts
from answerable.console.parts.traces.recorded import read_run
from answerable.console.parts.traces.run_head import build_problem, build_run_facts, build_title
from answerable.console.parts.traces.span_panel import SpanPanel, follow_spans
from answerable.console.parts.traces.waterfall import build_waterfall
from answerable.wiring import Services

_EVERYBODY: Final[frozenset[str]] = frozenset()
"""The document groups of somebody without a key: titles of documents for certain groups are not shown."""


async def build_shared_page(services: Services, request: Request) -> None:
    """Build the page. Raises Forbidden for a link that is not valid (any more), NotFound for a trace that is gone."""
    trace_id = await services.trace_sharing.read(request.path_params["token"])
    run = await read_run(services, trace_id, span_id=request.query_params.get("span"), groups=_EVERYBODY)
    ui.add_head_html(head_html())
    ui.add_head_html('<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">')
    add_assets("traces.css", "traces.js")
    ui.add_body_html(read_asset("notices.html"))
    ui.context.client.on_exception(show_error)
    with Tag("main", "", "shared", id="main"):
        _build_bar()
        build_title(run.trace)
        build_problem(run.trace)
        with Tag("div", "", "run-view"):
            build_run_facts(run.trace, linked=False)
            await build_answer(run)
            with Tag("section", "", "block", aria_label="Steps"):
                Tag("h2", "Steps")
                build_waterfall(run.trace, run.tree)
            build_prompts(run)
        panel = Panel(label="Details")
        open_texts(run, panel)
        follow_spans(SpanPanel(run.tree, panel))


def _build_bar() -> None:
    with Tag("header", "", "shared-bar"):
        Markup(
            f'<img src="{asset_url("icon.svg")}" alt="" width="24" height="24"><span>Answerable</span>',
            "brand",
        )
        Tag("span", "A run that somebody shared with you. It can be read, and nothing more.")
        Button("Theme", "button is-quiet", icon="theme", data_action="theme")
