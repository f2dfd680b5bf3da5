"""Dialogs: asking before something is gone, asking for a name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Button, Tag

_READ_FORM = "(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.target))) }"


class FormDialog:
    """A native dialog with one form; `submit` gets its fields. With `must_equal`, the text typed has to be this."""

    def __init__(
        self, title: str, text: str, *, action: str, submit: Callable[[str], Awaitable[None]],
        field: str | None = None, must_equal: str | None = None, danger: bool = False,
    ) -> None:  # fmt: skip
        self._submit = submit
        with Tag("dialog", "", "dialog", aria_label=title) as self._dialog:
            Tag("h2", title)
            Tag("p", text, "dialog-text")
            with Tag("form").on("submit", self._on_submit, js_handler=_READ_FORM):
                if field is not None:
                    with Tag("label", "", "field"):
                        Tag("span", field, "label")
                        Tag(
                            "input", "", "input", name="value", required="required", autocomplete="off",
                            spellcheck="false", autofocus="autofocus", data_equal=must_equal,
                        )  # fmt: skip
                with Tag("div", "", "dialog-actions"):
                    Button("Cancel").on("click", self.close)
                    style = "button is-danger" if danger else "button is-primary"
                    Tag("button", action, style, type="submit")

    def open(self) -> None:
        ui.run_javascript(f'document.getElementById("{self._dialog.html_id}").showModal()')

    def close(self) -> None:
        ui.run_javascript(f'document.getElementById("{self._dialog.html_id}").close()')

    async def _on_submit(self, event: GenericEventArguments) -> None:
        self.close()
        await self._submit(str(event.args.get("value", "")).strip())
