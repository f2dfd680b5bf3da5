"""Two variants of an app side by side."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode

from answerable.apps.diff import VariantDiff
from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App, Variant
from answerable.console.elements import Markup, Select, Tag
from answerable.console.parts.change_view import render_change
from answerable.console.parts.labels import build_label_chips
from answerable.console.visitor import Visitor


async def build_comparison(visitor: Visitor, app: App, *, before: str | None, after: str | None) -> None:
    """Build the choice of two variants and what differs. Raises NotFound for a variant that is not there."""
    if len(app.variants) < 2:
        _build_nothing(app)
        return
    first, second = _choose(app)
    diff = visitor.services.apps.diff(app.name, before or first.id, after or second.id)
    _build_form(app, diff)
    if not diff.changes:
        with Tag("div", "", "empty"):
            Tag("p", "These two are the same.", "callout-title")
            Tag("p", "Their names may differ; what they answer with does not.")
        return
    rendered = await asyncio.to_thread(lambda: [render_change(change) for change in diff.changes])
    with Tag("section", "", "changes", aria_label="Changes"):
        _build_sides(app, diff)
        Markup("".join(rendered))


def list_variant_options(app: App) -> dict[str, str]:
    """Return the variants for a select: the id of each, and what is shown with its labels."""
    options = {}
    for variant in app.variants:
        labels = ", ".join(label.name for label in app.labels.values() if label.variant == variant)
        options[variant.id] = f"{variant.id} ({labels})" if labels else variant.id
    return options


def _choose(app: App) -> tuple[Variant, Variant]:
    """Return what is compared when nobody chose: production with the newest variant, or the two newest."""
    newest = app.variants[0]
    production = app.labels.get(PRODUCTION)
    if production is not None and production.variant != newest:
        return production.variant, newest
    return app.variants[1], newest


def _build_form(app: App, diff: VariantDiff) -> None:
    options = list_variant_options(app)
    address = f"/apps/{quote(app.name)}"
    with Tag("form", "", "compare-form", method="get", action=address):
        Tag("input", type="hidden", name="view", value="compare")
        for name, title, chosen in (("before", "From", diff.before), ("after", "To", diff.after)):
            with Tag("div", "", "field"):
                Tag("span", title, "label", aria_hidden="true")
                Select(options, value=chosen.id, label=title).set_attribute("name", name)
        with Tag("div", "", "compare-actions"):
            Tag("button", "Compare", "button is-primary", type="submit")
            swapped = urlencode({"view": "compare", "before": diff.after.id, "after": diff.before.id})
            Tag("a", "Swap", "button", href=f"{address}?{swapped}")


def _build_sides(app: App, diff: VariantDiff) -> None:
    with Tag("div", "", "sides"):
        for variant in (diff.before, diff.after):
            with Tag("div", "", "side"):
                Tag("h2", variant.id, "side-name")
                build_label_chips(label for label in app.labels.values() if label.variant == variant)


def _build_nothing(app: App) -> None:
    with Tag("div", "", "empty"):
        Tag("p", "There is nothing to compare yet.", "callout-title")
        Tag("p", f"{app.name} has {'one variant' if app.variants else 'no variant'}.")
