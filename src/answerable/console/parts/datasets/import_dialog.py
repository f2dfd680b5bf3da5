"""Brings a file of examples into a dataset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Button, Select, Tag, notify
from answerable.console.parts.datasets.addresses import IMPORT_PATH
from answerable.datasets.importing.registry import FORMATS

_CHOICES: Final = "import-datasets"
_FOLDERS: Final = ("beir", "trec")
"""Formats of several files; the command takes those."""
_NAME: Final = "[a-z0-9][a-z0-9_\\-]{0,62}"
_SUBMIT: Final = "(event) => Answerable.evaluation.sendFile(event, emit)"


class ImportDialog:
    """A form that the browser sends by itself (evaluation.js); `done` is called once the examples are there."""

    def __init__(
        self, *, datasets: Sequence[str], done: Callable[[], Awaitable[None]], dataset: str = ""
    ) -> None:
        self._done = done
        with Tag("dialog", "", "dialog is-wide", aria_label="Bring in a file") as self._dialog:
            Tag("h2", "Bring in a file")
            Tag("p", "Examples are told apart by their keys: done again, it changes nothing.", "dialog-text")
            with Tag("form", data_to=IMPORT_PATH).on("submit", self._on_sent, js_handler=_SUBMIT):
                _build_dataset(datasets, dataset)
                _build_file()
                _build_options()
                Tag("p", "", "dialog-problem", role="alert", hidden="hidden")
                with Tag("div", "", "dialog-actions"):
                    Button("Cancel").on("click", self.close)
                    Tag("button", "Bring in", "button is-primary", type="submit")

    def open(self) -> None:
        ui.run_javascript(f'document.getElementById("{self._dialog.html_id}").showModal()')

    def close(self) -> None:
        ui.run_javascript(f'document.getElementById("{self._dialog.html_id}").close()')

    async def _on_sent(self, event: GenericEventArguments) -> None:
        self.close()
        await self._done()
        notify(str(event.args["told"]), hint=str(event.args.get("hint") or "") or None)


def _build_dataset(datasets: Sequence[str], dataset: str) -> None:
    if dataset:
        Tag("input", type="hidden", name="dataset", value=dataset)
        return
    with Tag("label", "", "field"):
        Tag("span", "Dataset", "label")
        Tag(
            "input", "", "input", name="dataset", required="required", list=_CHOICES, pattern=_NAME, maxlength="63",
            title="Lower-case letters, digits, - and _", autocomplete="off", spellcheck="false", autofocus="autofocus",
        )  # fmt: skip
        Tag("span", "A new name makes a dataset.", "field-hint")
    with Tag("datalist", id=_CHOICES):
        for name in datasets:
            Tag("option", value=name)


def _build_file() -> None:
    with Tag("label", "", "field"):
        Tag("span", "File", "label")
        Tag("input", "", "file", type="file", name="file", required="required")
    formats = {name: f"{name}: {one.summary}" for name, one in FORMATS.items() if name not in _FOLDERS}
    with Tag("div", "", "field"):
        Tag("span", "Format", "label", aria_hidden="true")
        select = Select({"": "Told by its name", **formats}, value="", label="Format")
        select.set_attribute("name", "format")


def _build_options() -> None:
    for name, text in (
        ("held", "Hold them until somebody accepts them"),
        ("skip_bad", "Leave out rows that are no example"),
        ("replace", "Take out what the file does not have"),
    ):
        with Tag("label", "", "check"):
            Tag("input", type="checkbox", name=name, value="true")
            Tag("span", text)
