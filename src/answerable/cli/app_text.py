"""Apps, variants and what differs between them, for a person to read in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import yaml
from rich.console import Console
from rich.table import Column, Table

from answerable.apps.diff import Change, VariantDiff
from answerable.apps.gate_settings import GateSpec
from answerable.apps.planning import AppChange, ApplyReport, LabelChange
from answerable.apps.trace_settings import TraceSettings
from answerable.apps.types import App, LabelEvent, Variant

_MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
_WIDE = 300
_LINE_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_apps(apps: Sequence[App]) -> None:
    table = Table("App", "Kind", _whole("Labels"), "Variants", "Description", box=None)
    for app in apps:
        labels = "\n".join(f"{name} = {label.variant.id}" for name, label in app.labels.items())
        table.add_row(app.name, app.kind, labels, str(len(app.variants)), app.description)
    _make_console().print(table)


def print_app(app: App) -> None:
    """Print an app with its labels and every variant ever registered."""
    console = _make_console()
    console.print(f"{app.name} ({app.kind})  {app.description}\n", soft_wrap=True)
    if app.traces != TraceSettings():
        console.print(f"traces  {_describe_traces(app.traces)}\n", markup=False, soft_wrap=True)
    if app.evaluators or app.gate != GateSpec():
        said = {"evaluators": list(app.evaluators), "gate": app.gate.to_json()}
        console.print(_to_yaml({key: value for key, value in said.items() if value}), soft_wrap=True)
    labels = Table("Label", _whole("Variant"), "By", _whole("Moved (UTC)"), "Reason", box=None)
    for label in app.labels.values():
        who = f"{label.by} (holds it)" if label.held else label.by
        labels.add_row(label.name, label.variant.id, who, _show_time(label.moved_at), label.reason)
    console.print(labels)
    variants = Table(_whole("Variant"), _whole("Registered (UTC)"), "", box=None)
    for variant in app.variants:
        current = app.names.get(variant.name) is variant
        state = "" if current else "an earlier content of this name"
        variants.add_row(variant.id, _show_time(variant.registered_at), state)
    console.print()
    console.print(variants)


def print_variant(app: App, variant: Variant) -> None:
    """Print what a variant is called, then as YAML everything that it is made of."""
    console = _make_console()
    labels = [name for name, label in app.labels.items() if label.variant.id == variant.id]
    console.print(f"{app.name}@{variant.name}", style="bold")
    console.print(f"hash        {variant.hash}", soft_wrap=True)
    console.print(f"registered  {_show_time(variant.registered_at)} UTC")
    console.print(f"labels      {', '.join(labels) or 'none'}\n")
    console.print(_to_yaml(variant.content.model_dump(mode="json")), end="", soft_wrap=True)


def print_diff(diff: VariantDiff) -> None:
    console = _make_console()
    console.print(f"{diff.after.app}: {diff.before.id} -> {diff.after.id}", style="bold", soft_wrap=True)
    if not diff.changes:
        console.print("They are the same.")
    for change in diff.changes:
        mark, style = _MARKS[change.action]
        if not change.lines:
            console.print(f"{mark} {change.path}: {_describe(change)}", style=style, soft_wrap=True)
            continue
        console.print(f"{mark} {change.path}:", style=style)
        for line in change.lines:
            console.print(f"    {line}", style=_LINE_STYLES.get(line[:1], "dim"), soft_wrap=True)


def print_events(events: Sequence[LabelEvent]) -> None:
    table = Table(_whole("When (UTC)"), "Label", _whole("From"), _whole("To"), "By", "Reason", box=None)
    for event in events:
        who = f"{event.by} (apply)" if event.source == "file" else event.by
        who = f"{who} (forced)" if event.forced else who
        table.add_row(_show_time(event.at), event.label, event.before or "", event.after, who, event.reason)
    _make_console().print(table)


def print_report(report: ApplyReport) -> None:
    """Print what an apply did, change by change, and what it left alone."""
    console = _make_console()
    table = Table("App", _whole("What"), "", box=None)
    unchanged = []
    for app in report.apps:
        rows = list(_list_changes(app))
        for row in rows:
            table.add_row(app.name, *row)
        if not rows:
            unchanged.append(app.name)
    if table.row_count:
        console.print(table)
    if unchanged:
        console.print(f"Unchanged: {', '.join(unchanged)}.", style="dim", soft_wrap=True)
    console.print(_summarise(report), soft_wrap=True)


def _list_changes(app: AppChange) -> Iterator[tuple[str, str]]:
    """Yield what changed, and what was kept from changing, in words."""
    if app.redescribed:
        yield "kind or description", "changed"
    if app.traces_changed:
        yield "traces", f"from {_describe_traces(app.traces_before)} to {_describe_traces(app.traces)}"
    if app.evaluators_changed:
        yield "evaluators", "changed"
    if app.gate_changed:
        yield "gate", "changed"
    for entry in app.variants:
        if entry.action != "unchanged":
            yield f"variant {entry.variant.id}", entry.action
    for label in app.labels:
        if label.action != "unchanged":
            yield f"label {label.name}", _describe_label(label)


def _describe_traces(settings: TraceSettings) -> str:
    """Return what is kept of an app's traces, as the file has it."""
    said = yaml.safe_dump(settings.to_json(), default_flow_style=True, width=1000, sort_keys=False).strip()
    return said if settings.to_json() else "what the workspace says"


def _describe_label(change: LabelChange) -> str:
    before = change.before
    if before is None:
        return f"set to {change.after.id}"
    if change.action == "moved":
        return f"moved from {before.variant.id} to {change.after.id}"
    if change.action == "blocked":
        return f"stays on {before.variant.id}: {change.after.id} has not passed the gate against it"
    when = _show_time(before.moved_at)
    return f"kept on {before.variant.id}, where {before.by} put it on {when} UTC: {before.reason}"


def _summarise(report: ApplyReport) -> str:
    if not report.apps:
        return "There is nothing to apply: no file in apps/."
    if not report.changed:
        kept = any(label.action in {"kept", "blocked"} for app in report.apps for label in app.labels)
        return (
            "Nothing was changed."
            if kept
            else "No app was changed: what is registered is what the files say."
        )
    return "This is what would be done; nothing was changed." if report.dry_run else "Applied."


def _make_console() -> Console:
    # What people name and write is shown as it is. In a file or a pipe lines are as long as they need to be.
    console = Console(highlight=False, markup=False, emoji=False)
    return (
        console if console.is_terminal else Console(highlight=False, markup=False, emoji=False, width=_WIDE)
    )


def _whole(title: str) -> Column:
    """Return a column that is never cut: what stands there is copied into the next command."""
    return Column(title, no_wrap=True, overflow="ignore")


def _show_time(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _describe(change: Change) -> str:
    sides = {
        "added": [change.after],
        "removed": [change.before],
        "changed": [change.before, change.after],
    }[change.action]
    return " -> ".join(json.dumps(side, ensure_ascii=False) for side in sides)


class _Dumper(yaml.SafeDumper):
    """YAML in the order given, with texts of several lines as they are."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def _to_yaml(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text
