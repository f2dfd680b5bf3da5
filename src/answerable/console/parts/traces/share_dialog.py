"""Makes a link that shows a run to whoever has it, without a key, until it expires."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from nicegui import ui

from answerable.console.elements import Button, Select, Tag
from answerable.console.parts.dialogs import Dialog
from answerable.console.visitor import Visitor
from answerable.core.errors import InvalidInput
from answerable.traces.types import Trace

SHARED_PATH: Final = "/shared"
_VALID: Final = {
    "1": ("an hour", timedelta(hours=1)),
    "24": ("a day", timedelta(days=1)),
    "168": ("a week", timedelta(weeks=1)),
    "720": ("30 days", timedelta(days=30)),
}


class ShareDialog:
    """Asks for how long, then shows the link and copies it."""

    def __init__(self, visitor: Visitor, trace: Trace) -> None:
        self._visitor = visitor
        self._trace = trace
        self._dialog = Dialog(
            "Share this run",
            "Whoever has the link sees the question, the answer, the steps and the prompts, without signing in.",
            action="Make a link", build=_build_fields, submit=self._submit,
        )  # fmt: skip
        with Tag("dialog", "", "dialog", aria_label="The link") as self._result:
            Tag("h2", "The link is ready")
            self._until = Tag("p", "", "dialog-text")
            with Tag("div", "", "share-link"):
                self._address = Tag(
                    "input", "", "input", id="share-link", readonly="readonly", aria_label="Link"
                )
                self._copy = Button("Copy", icon="copy")
            with Tag("form", "", method="dialog"):
                Tag("button", "Close", "button", type="submit", autofocus="autofocus")

    def open(self) -> None:
        self._dialog.open()

    async def _submit(self, fields: dict[str, str]) -> None:
        if fields.get("valid") not in _VALID:
            raise InvalidInput("Choose how long the link is valid.")
        title, valid = _VALID[fields["valid"]]
        principal = await self._visitor.check_writer()
        share = await self._visitor.services.trace_sharing.share(
            self._trace.id, by=principal.name, valid=valid
        )
        path = f"{SHARED_PATH}/{share.token}?span={self._trace.span_id}"
        self._until.set_text(f"It is valid for {title}, and ends before only if the trace is deleted.")
        ui.run_javascript(f'showSharedLink({json.dumps(path)}, "{self._result.html_id}")')


def _build_fields() -> None:
    with Tag("div", "", "field"):
        Tag("span", "Valid for", "label", aria_hidden="true")
        select = Select({name: title for name, (title, _) in _VALID.items()}, value="168", label="Valid for")
        select.set_attribute("name", "valid")
