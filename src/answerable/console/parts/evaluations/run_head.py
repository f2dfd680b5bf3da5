"""The head of an eval run: what was measured on what, what it paid, and how far it is."""

from __future__ import annotations

from urllib.parse import quote

from answerable.console.elements import Markup, Tag
from answerable.console.parts.datasets.addresses import to_dataset
from answerable.console.parts.evaluations.addresses import PATH
from answerable.console.parts.evaluations.numbers import name_run
from answerable.console.parts.evaluations.run_rows import STATES, count_outputs, render_progress, write_spent
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_duration
from answerable.console.parts.traces.marks import render_moment
from answerable.evaluation.runs.types import EvalRun

_STYLES = {"running": "is-split", "done": "is-added", "stopped": "is-changed", "failed": "is-removed"}


def build_run_head(run: EvalRun) -> Tag:
    """Build the title; returns the place for actions."""
    with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
        Tag("a", "Evaluations", href=PATH, data_back="")
    with Tag("header", "", "page-head"):
        Tag("h1", name_run(run), dir="auto")
        Tag("span", STATES[run.state], f"tag {_STYLES[run.state]}")
        return Tag("div", "", "page-actions")


def build_run_facts(run: EvalRun) -> None:
    """Build where it comes from, as links."""
    if run.note:
        Tag("p", run.note, "page-lead", dir="auto")
    with Tag("div", "", "eval-facts"):
        with Tag("p"):
            Tag("span", "On ")
            address = to_dataset(run.dataset, version=run.version, split=run.split, tags=" ".join(run.tags))
            Tag("a", f"{run.dataset}@{run.version}", href=address)
            if run.target == "app" and run.app:
                Tag("span", " by ")
                Tag("a", run.app, href=f"/apps/{quote(run.app)}?variant={quote(run.variant_hash[:12])}")
            Tag("span", ", ")
            Markup(render_moment(run.created_at, "long"), tag="span")
        build_facts(_list_facts(run))
        if run.reason:
            Tag("p", run.reason, "callout is-problem" if run.state == "failed" else "callout")
        if run.state == "running":
            Markup(render_progress(run))


def _list_facts(run: EvalRun) -> list[tuple[str, str]]:
    facts = [("Outputs", count_outputs(run))]
    if run.failed:
        facts.append(("Failed", f"{run.failed:,}"))
    if run.repeats > 1:
        facts.append(("Each example", f"{run.repeats} times"))
    if run.split:
        facts.append(("Split", run.split))
    if run.tags:
        facts.append(("Tags", ", ".join(run.tags)))
    facts.append(("Spent", write_spent(run)))
    if run.reused:
        facts.append(("Taken from earlier runs", f"{run.reused:,}"))
    if run.finished_at is not None:
        facts.append(("Took", format_duration((run.finished_at - run.created_at).total_seconds() * 1000)))
    if run.by:
        facts.append(("By", run.by))
    return facts
