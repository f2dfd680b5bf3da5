"""Adding documents: files dropped or chosen, and web addresses."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Button, Icon, Tag
from answerable.console.visitor import Visitor
from answerable.core.errors import InvalidInput

_READ_ADDRESS = (
    "(event) => { event.preventDefault(); emit(event.target.elements.address.value); event.target.reset() }"
)


class AddSources:
    """Sends what is added to ingestion."""

    def __init__(self, visitor: Visitor, collection: str) -> None:
        self._visitor = visitor
        self._collection = collection
        self._started: Callable[[UUID, str], None] | None = None
        with Tag("section", "", "add", aria_label="Add documents"):
            with Tag("div", "", "drop", data_drop=collection):
                Icon("upload")
                Tag("span", "Drop files here, or", "drop-text")
                Button("Choose files", data_action="choose-files")
                Tag("span", "Markdown, HTML, PDF, Office, CSV, JSON, e-mail", "drop-kinds")
                Tag(
                    "input",
                    type="file",
                    id="files",
                    multiple="multiple",
                    classes="unseen",
                    tabindex="-1",
                    aria_label="Files",
                )
            with Tag("form", "", "address").on("submit", self._on_address, js_handler=_READ_ADDRESS):
                Tag(
                    "input", "", "input", name="address", type="url", required="required", placeholder="https://…",
                    aria_label="Address of a page",
                )  # fmt: skip
                Tag("button", "Add page", "button", type="submit")
        ui.on("upload", self._on_upload)

    def on_start(self, listener: Callable[[UUID, str], None]) -> None:
        """Call `listener` with each run that starts and a name for it."""
        self._started = listener

    async def _on_address(self, event: GenericEventArguments) -> None:
        address = str(event.args).strip()
        if not address.lower().startswith(("http://", "https://")):  # never a path of the server's disk
            raise InvalidInput("This is not a web address.", hint="It begins with http:// or https://.")
        principal = await self._visitor.check_writer()
        run = await self._visitor.services.ingestion.start_run(
            self._collection, [address], groups=principal.groups, prune=False
        )
        self._tell(run.id, address)

    def _on_upload(self, event: GenericEventArguments) -> None:
        self._tell(UUID(event.args["run"]), str(event.args["name"]))

    def _tell(self, run_id: UUID, name: str) -> None:
        if self._started is not None:
            self._started(run_id, name)
