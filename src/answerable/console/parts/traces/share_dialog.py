"""Makes a link that shows a run to whoever has it, without a key, until it expires or is taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Final

from nicegui import ui

from answerable.console.elements import Button, Select, Tag, notify
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
            action="Make a link", build=self._build_fields, submit=self._submit,
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

    async def open(self) -> None:
        """Show the dialog, with the links that there are."""
        await self._visitor.check_writer()
        await self._show_links()
        self._dialog.open()

    async def _show_links(self) -> None:
        links = await self._visitor.services.trace_sharing.list_links(self._trace.id)
        self._links.clear()
        with self._links:
            for link in links:
                with Tag("li"):
                    Tag("span", f"Until {link.expires_at:%d %b %Y, %H:%M} UTC, made by {link.made_by}")
                    Button("Take back", "button is-danger").on("click", partial(self._take_back, link.id))
        self._links.set_visibility(bool(links))

    async def _take_back(self, link: str) -> None:
        principal = await self._visitor.check_writer()
        await self._visitor.services.trace_sharing.take_back(self._trace.id, link, by=principal.name)
        await self._show_links()
        notify("The link is taken back.")

    async def _submit(self, fields: dict[str, str]) -> None:
        if fields.get("valid") not in _VALID:
            raise InvalidInput("Choose how long the link is valid.")
        title, valid = _VALID[fields["valid"]]
        principal = await self._visitor.check_writer()
        share = await self._visitor.services.trace_sharing.share(
            self._trace.id, by=principal.name, valid=valid
        )
        path = f"{SHARED_PATH}/{share.token}?span={self._trace.span_id}"
        self._until.set_text(f"It is valid for {title}, unless it is taken back or the trace is deleted.")
        ui.run_javascript(f'showSharedLink({json.dumps(path)}, "{self._result.html_id}")')

    def _build_fields(self) -> None:
        with Tag("div", "", "field"):
            Tag("span", "Valid for", "label", aria_hidden="true")
            options = {name: title for name, (title, _) in _VALID.items()}
            Select(options, value="168", label="Valid for").set_attribute("name", "valid")
        self._links = Tag("ul", "", "share-links", aria_label="Links that are valid")
