"""Dialogs: asking before something is gone, asking for a name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import READ_FORM, Button, Tag
from answerable.core.errors import CallerError, Unauthenticated


class Dialog:
    """A native dialog with one form: `build` adds its fields, `submit` gets what they hold by their names.

    With `stays` it closes once `submit` took what was written; until then it says in itself what is wrong.
    """

    def __init__(
        self, title: str, text: str, *, action: str, submit: Callable[[dict[str, str]], Awaitable[None]],
        build: Callable[[], None] | None = None, danger: bool = False, stays: bool = False,
    ) -> None:  # fmt: skip
        self._submit_fields = submit
        self._stays = stays
        with Tag("dialog", "", "dialog is-wide" if stays else "dialog", aria_label=title) as self._dialog:
            Tag("h2", title)
            Tag("p", text, "dialog-text")
            with Tag("form").on("submit", self._on_submit, js_handler=READ_FORM):
                if build is not None:
                    build()
                self._problem = Tag("p", "", "dialog-problem", role="alert")
                self._problem.set_visibility(False)
                with Tag("div", "", "dialog-actions"):
                    Button("Cancel").on("click", self.close)
                    style = "button is-danger" if danger else "button is-primary"
                    Tag("button", action, style, type="submit")

    def open(self) -> None:
        ui.run_javascript(f'document.getElementById("{self._dialog.html_id}").showModal()')

    def close(self) -> None:
        ui.run_javascript(f'document.getElementById("{self._dialog.html_id}").close()')

    async def _on_submit(self, event: GenericEventArguments) -> None:
        fields = {name: str(value).strip() for name, value in event.args.items()}
        if not self._stays:
            self.close()
            await self._submit_fields(fields)
            return
        try:
            await self._submit_fields(fields)
        except CallerError as error:
            if isinstance(error, Unauthenticated):
                raise
            self._problem.set_text(f"{error.detail} {error.hint or ''}".rstrip())
            self._problem.set_visibility(True)
            return
        self._problem.set_visibility(False)
        self.close()


class FormDialog(Dialog):
    """A dialog with one field or none; `submit` gets its text. With `must_equal`, that has to be this."""

    def __init__(
        self, title: str, text: str, *, action: str, submit: Callable[[str], Awaitable[None]],
        field: str | None = None, must_equal: str | None = None, danger: bool = False,
    ) -> None:  # fmt: skip
        async def submit_value(fields: dict[str, str]) -> None:
            await submit(fields.get("value", ""))

        def build() -> None:
            if field is not None:
                _build_field(field, must_equal)

        super().__init__(title, text, action=action, submit=submit_value, build=build, danger=danger)


def _build_field(field: str, must_equal: str | None) -> None:
    with Tag("label", "", "field"):
        Tag("span", field, "label")
        Tag(
            "input", "", "input", name="value", required="required", autocomplete="off",
            spellcheck="false", autofocus="autofocus", data_equal=must_equal,
        )  # fmt: skip
