"""Dialogs in which an example is written: a form of its usual fields, and the whole as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from nicegui import ui

from answerable.console.elements import Tag
from answerable.console.parts.datasets.example_fields import (
    list_variables,
    read_fields,
    read_json,
    write_fields,
    write_json,
)
from answerable.console.parts.dialogs import Dialog
from answerable.console.visitor import Visitor
from answerable.datasets.types import Example, Provenance

Saved = Callable[[Example, str], Awaitable[None]]
"""Called with what was saved, and what to tell of it."""

_KEY_HINT: Final = "What you call it, once in the dataset. Without one it gets a key of its content."


class ExampleEditor:
    """Adds an example to a dataset or changes one; `saved` is called after it is kept."""

    def __init__(self, visitor: Visitor, dataset: str, *, saved: Saved) -> None:
        self._visitor = visitor
        self._dataset = dataset
        self._saved = saved
        self._place = ui.element("div")

    async def open(self, example: Example | None = None, *, as_json: bool = False) -> None:
        """Show the dialog for an example, for a new one without it."""
        await self._visitor.check_writer()
        before = example or Example(input={"question": ""}, provenance=Provenance(source="console"))

        async def submit(fields: dict[str, str]) -> None:
            await self._save(before, fields, new=example is None)

        def build() -> None:
            if example is None:
                _build_line("key", "Key", "", hint=_KEY_HINT)
            if as_json:
                _build_text(
                    "json", "Example, as JSON", write_json(before), rows=16, mono=True, autofocus="autofocus"
                )
            else:
                _build_fields(before)

        title = "New example" if example is None else "Edit the example"
        text = f"It goes into the dataset {self._dataset}." if example is None else example.key
        self._place.clear()
        with self._place:
            dialog = Dialog(title, text, action="Save", submit=submit, build=build, stays=True)
        dialog.open()

    async def _save(self, before: Example, fields: dict[str, str], *, new: bool) -> None:
        principal = await self._visitor.check_writer()
        datasets = self._visitor.services.datasets
        if "json" in fields:
            example = read_json(fields["json"], before, key=fields.get("key", ""))
        else:
            example = read_fields(fields, before)
        if not new:
            kept = await datasets.edit_example(
                self._dataset, before.key, example, by=principal.name, seen=before.id
            )
            await self._saved(kept, "Saved.")
            return
        origin = Provenance(added_by=principal.name, source="console")
        added = await datasets.add_example(self._dataset, replace(example, provenance=origin))
        found = await datasets.find_examples([added.id])
        await self._saved(found[added.id], "Added." if added.new else "The dataset has this example already.")


def _build_fields(example: Example) -> None:
    shown = write_fields(example)
    variables = list_variables(example)
    if variables is None:
        _build_text("input", "Input, as JSON", shown["input"], rows=5, mono=True, autofocus="autofocus")
    for place, name in enumerate(variables or ()):
        _build_text(
            f"input.{name}", name.capitalize(), shown[f"input.{name}"], rows=3,
            autofocus=None if place else "autofocus",
        )  # fmt: skip
    is_text = example.expected is None or isinstance(example.expected, str)
    title = "Expected" if is_text else "Expected, as JSON"
    _build_text("expected", title, shown["expected"], rows=4, mono=not is_text)
    if "acceptable" in shown:
        _build_text("acceptable", "As good, one a line", shown["acceptable"], rows=2)
    with Tag("label", "", "check"):
        Tag("input", type="checkbox", name="refuse", checked="checked" if example.refuse else None)
        Tag("span", "There is no answer: to decline is right")
    with Tag("div", "", "fields-row"):
        _build_line("tags", "Tags", shown["tags"])
        _build_line("split", "Split", shown["split"])
        _build_line("weight", "Weight", shown["weight"])


def _build_text(
    name: str, title: str, text: str, *, rows: int, mono: bool = False, autofocus: str | None = None
) -> None:
    with Tag("label", "", "field"):
        Tag("span", title, "label")
        style = "textarea is-mono" if mono else "textarea"
        Tag(
            "textarea",
            text,
            style,
            name=name,
            rows=str(rows),
            autofocus=autofocus,
            spellcheck="false",
            dir="auto",
        )


def _build_line(name: str, title: str, text: str, *, hint: str = "", autofocus: str | None = None) -> None:
    with Tag("label", "", "field"):
        Tag("span", title, "label")
        Tag(
            "input",
            "",
            "input",
            name=name,
            value=text,
            autocomplete="off",
            spellcheck="false",
            autofocus=autofocus,
        )
        if hint:
            Tag("span", hint, "field-hint")
