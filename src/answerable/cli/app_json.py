"""Apps, variants, labels and applies as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from answerable.apps.diff import VariantDiff
from answerable.apps.files.types import Problem
from answerable.apps.planning import AppChange, ApplyReport, LabelChange
from answerable.apps.types import App, Label, LabelEvent, Variant


def render_app(app: App) -> dict[str, Any]:
    """Return the app with its labels by name and its variants, newest first."""
    return {
        "name": app.name,
        "kind": app.kind,
        "description": app.description,
        "traces": app.traces.to_json(),
        "evaluators": list(app.evaluators),
        "gate": app.gate.to_json(),
        "labels": {name: render_label(label) for name, label in app.labels.items()},
        "variants": [
            {**render_variant(variant), "current": app.names.get(variant.name) is variant}
            for variant in app.variants
        ],
    }


def render_variant(variant: Variant) -> dict[str, Any]:
    """Return what the variant is called; its content is in `render_content`."""
    return {
        "id": variant.id,
        "name": variant.name,
        "hash": variant.hash,
        "registered_at": None if variant.registered_at is None else variant.registered_at.isoformat(),
    }


def render_content(app: App, variant: Variant) -> dict[str, Any]:
    """Return the variant with everything that can change an answer, and the labels that are on it."""
    labels = [name for name, label in app.labels.items() if label.variant.id == variant.id]
    return {
        "app": app.name,
        **render_variant(variant),
        "labels": labels,
        "content": variant.content.model_dump(mode="json"),
    }


def render_label(label: Label) -> dict[str, Any]:
    return {
        "variant": label.variant.id,
        "hash": label.variant.hash,
        "source": label.source,
        "by": label.by,
        "reason": label.reason,
        "moved_at": label.moved_at.isoformat(),
        "held": label.held,
    }


def render_event(event: LabelEvent) -> dict[str, Any]:
    return {
        "label": event.label,
        "before": event.before,
        "after": event.after,
        "source": event.source,
        "by": event.by,
        "reason": event.reason,
        "at": event.at.isoformat(),
        "forced": event.forced,
    }


def render_diff(diff: VariantDiff) -> dict[str, Any]:
    changes = [
        {
            "path": change.path,
            "action": change.action,
            "before": change.before,
            "after": change.after,
            "lines": list(change.lines),
        }
        for change in diff.changes
    ]
    return {
        "app": diff.after.app,
        "before": render_variant(diff.before),
        "after": render_variant(diff.after),
        "changes": changes,
    }


def render_problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]


def render_report(report: ApplyReport) -> dict[str, Any]:
    return {
        "changed": report.changed,
        "dry_run": report.dry_run,
        "apps": [_render_change(app) for app in report.apps],
    }


def _render_change(app: AppChange) -> dict[str, Any]:
    return {
        "name": app.name,
        "action": app.action,
        "traces": {"before": app.traces_before.to_json(), "after": app.traces.to_json()},
        "evaluators": {"before": list(app.evaluators_before), "after": list(app.evaluators)},
        "gate": {"before": app.gate_before.to_json(), "after": app.gate.to_json()},
        "variants": [{**render_variant(entry.variant), "action": entry.action} for entry in app.variants],
        "labels": {label.name: _render_label_change(label) for label in app.labels},
    }


def _render_label_change(change: LabelChange) -> dict[str, Any]:
    return {
        "action": change.action,
        "before": None if change.before is None else render_label(change.before),
        "after": change.after.id,
    }
