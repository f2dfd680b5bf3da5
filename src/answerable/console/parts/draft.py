"""A new variant made from a registered one: another prompt, model or parameter, to be tried and then labelled."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.apps.drafts import make_draft, suggest_name
from answerable.apps.files.workspace import WorkspaceFiles
from answerable.apps.types import App, Variant
from answerable.console.elements import READ_FORM, Tag
from answerable.console.visitor import Visitor

_LEAST_ROWS, _MOST_ROWS = 8, 28


def build_draft(visitor: Visitor, app: App, *, variant: str | None) -> None:
    """Build the form over a variant, else the newest. Raises NotFound for one that is not there."""
    if not app.variants:
        with Tag("div", "", "empty"):
            Tag("p", "There is nothing to start from yet.", "callout-title")
            Tag("p", "Run answerable apply to register a variant.")
        return
    DraftForm(visitor, app, visitor.services.apps.get_variant(f"{app.name}@{variant or app.variants[0].id}"))


class DraftForm:
    """Registers what the form holds under a name of its own, and goes on to try it."""

    def __init__(self, visitor: Visitor, app: App, base: Variant) -> None:
        self._visitor = visitor
        self._app = app
        self._base = base
        with Tag("form", "", "draft").on("submit", self._on_submit, js_handler=READ_FORM):
            Tag(
                "p",
                f"It starts as {base.id}. Everything that is not below stays as it is there.",
                "quiet",
            )
            self._build_settings()
            self._build_prompt()
            with ui.element("div"):
                Tag("button", "Register and try", "button is-primary", type="submit")

    def _build_settings(self) -> None:
        content = self._base.content
        with Tag("div", "", "draft-settings"):
            _build_input("Name", "name", suggest_name(self._app), required="required", maxlength="63")
            _build_input(
                "Temperature", "temperature", "" if content.temperature is None else f"{content.temperature:g}",
                type="number", min="0", max="2", step="any", placeholder="the model's own",
            )  # fmt: skip
            _build_input(
                "Most tokens of an answer", "max_tokens", str(content.max_tokens),
                type="number", min="1", max="100000", required="required",
            )  # fmt: skip
            if content.grounding is not None:
                _build_input(
                    "Passages", "top_k", str(content.grounding.top_k),
                    type="number", min="1", max="50", required="required",
                )  # fmt: skip
        with Tag("label", "", "field"):
            Tag("span", "Models", "label")
            _build_textarea("model", "\n".join(", ".join(tier) for tier in content.model), rows=2)
            Tag(
                "span",
                "One a line: the next line answers when the one above fails. Equal ones share a line, with commas.",
                "field-hint",
            )

    def _build_prompt(self) -> None:
        template = self._base.content.prompt.template
        rows = min(max(template.count("\n") + 2, _LEAST_ROWS), _MOST_ROWS)
        with Tag("label", "", "field"):
            Tag("span", "Prompt", "label")
            _build_textarea("prompt", template, rows=rows)

    async def _on_submit(self, event: GenericEventArguments) -> None:
        principal = await self._visitor.check_writer()
        services = self._visitor.services
        fields: dict[str, str] = event.args
        draft = make_draft(
            services.apps.get_app(self._app.name),
            self._base,
            name=fields["name"].strip(),
            template=fields["prompt"].replace("\r\n", "\n"),
            settings=self._read_settings(fields),
            files=WorkspaceFiles(services.settings.workspace),
        )
        await services.apps.apply([draft], by=principal.name)
        query = urlencode({"view": "try", "variant": draft.variants[0].id})
        ui.navigate.to(f"/apps/{quote(self._app.name)}?{query}")

    def _read_settings(self, fields: dict[str, str]) -> dict[str, Any]:
        lines = [line for line in fields["model"].splitlines() if line.strip()]
        settings: dict[str, Any] = {
            "model": [[name.strip() for name in line.split(",") if name.strip()] for line in lines],
            "temperature": fields["temperature"] or None,
            "max_tokens": fields["max_tokens"],
        }
        if self._base.content.grounding is not None:
            grounding = self._base.content.grounding.model_dump(mode="json")
            settings["grounding"] = {**grounding, "top_k": fields["top_k"]}
        return settings


def _build_input(title: str, name: str, value: str, **attributes: str) -> None:
    with Tag("label", "", "field"):
        Tag("span", title, "label")
        Tag("input", "", "input", name=name, value=value, autocomplete="off", **attributes)


def _build_textarea(name: str, text: str, *, rows: int) -> None:
    Tag(
        "textarea", text, "textarea is-mono", name=name, rows=str(rows), required="required", spellcheck="false",
        autocomplete="off",
    )  # fmt: skip
