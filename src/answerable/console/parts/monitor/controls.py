"""Above the figures: which app and variant, which range. All of it are links and a form, so the address says it."""

from __future__ import annotations

from answerable.apps.types import App
from answerable.console.elements import Button, Select, Tag
from answerable.console.parts.monitor.scope import PATH, PERIOD_TITLES, Scope


def build_controls(scope: Scope, apps: tuple[App, ...]) -> None:
    """Build the choice of app and variant, the periods, and the form for an exact range."""
    with Tag("div", "", "monitor-controls"):
        with Tag("form", "", "monitor-scope", method="get", action=PATH, data_submits=""):
            _build_hidden(scope)
            names = {app.name: app.name for app in apps}
            _build_select("app", {"": "All apps", **names}, scope.app, "App")
            variants = _list_variants(scope, apps)
            if variants:
                _build_select("variant", {"": "All variants", **variants}, scope.variant, "Variant")
        with Tag("nav", "", "periods", aria_label="Range"):
            for period, title in PERIOD_TITLES.items():
                here = "page" if scope.is_live and scope.period == period else None
                Tag("a", title, "period", href=scope.to_address(period=period), aria_current=here)
        _build_exact(scope)


def _list_variants(scope: Scope, apps: tuple[App, ...]) -> dict[str, str]:
    """Return the variants of the chosen app, and one from an address that it does not have."""
    found = next((app for app in apps if app.name == scope.app), None)
    variants = {} if found is None else {variant.id: variant.id for variant in found.variants}
    return {**variants, **({scope.variant: scope.variant} if scope.variant else {})}


def _build_hidden(scope: Scope) -> None:
    """Keep the range when another app is chosen."""
    values = {"since": scope.since, "until": scope.until} if not scope.is_live else {"period": scope.period}
    for name, value in values.items():
        Tag("input", type="hidden", name=name, value=value)


def _build_select(name: str, options: dict[str, str], value: str, label: str) -> None:
    Select(options, value=value, label=label).set_attribute("name", name)


def _build_exact(scope: Scope) -> None:
    with Tag("details", "", "fold monitor-exact", open=None if scope.is_live else "open"):
        Tag("summary", "Exact range")
        with Tag("form", "", "exact", method="get", action=PATH):
            for name, value in (("app", scope.app), ("variant", scope.variant)):
                if value:
                    Tag("input", type="hidden", name=name, value=value)
            for name, title, value in (("since", "From", scope.since), ("until", "Until", scope.until)):
                with Tag("label", "", "field"):
                    Tag("span", title, "label")
                    Tag(
                        "input",
                        "",
                        "input",
                        type="datetime-local",
                        name=name,
                        value=value[:16],
                        required="required",
                    )
            Button("Show").set_attribute("type", "submit")
