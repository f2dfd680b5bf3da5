"""The documents of a collection: search, page, open, delete."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Button, Tag
from answerable.console.parts.dialogs import FormDialog
from answerable.console.visitor import Visitor
from answerable.knowledge.types import Document, DocumentPage

PAGE = 25


class DocumentTable:
    """One page of documents. `open_document` shows one, `changed` hears of deletions."""

    def __init__(
        self,
        visitor: Visitor,
        collection: str,
        *,
        open_document: Callable[[UUID], Awaitable[None]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._visitor = visitor
        self._collection = collection
        self._open = open_document
        self._changed = changed
        self._search = ""
        self._starts: list[str | None] = [None]
        with Tag("section", "", "documents", aria_label="Documents"):
            Tag(
                "input", "", "input search", id="search", type="search", placeholder="Search by title or address",
                aria_label="Search documents",
            ).on("input", self._on_search, throttle=0.25, js_handler="(event) => emit(event.target.value)")  # fmt: skip
            self._body = ui.element("div")
            self._dialogs = ui.element("div")

    async def show(self) -> None:
        """Read the page anew and show it."""
        principal = await self._visitor.check()
        knowledge = self._visitor.services.knowledge
        page = await knowledge.list_documents(
            self._collection,
            groups=principal.groups,
            search=self._search or None,
            after=self._starts[-1],
            limit=PAGE,
        )
        counts = await knowledge.count_chunks(self._collection, [document.id for document in page.documents])
        self._body.clear()
        with self._body:
            if page.documents:
                self._build_table(page, counts)
            else:
                self._build_empty()

    def _build_table(self, page: DocumentPage, counts: dict[UUID, int]) -> None:
        with Tag("table", "", "table"):
            with Tag("thead"), Tag("tr"):
                for name in ("Document", "Language", "Passages", "Updated"):
                    Tag("th", name, scope="col")
                with Tag("th", scope="col"):
                    Tag("span", "Actions", "unseen")
            with Tag("tbody"):
                for document in page.documents:
                    self._build_row(document, counts.get(document.id, 0))
        self._build_paging(page)

    def _build_row(self, document: Document, chunks: int) -> None:
        title = document.title or document.uri
        with Tag("tr"):
            with (
                Tag("td", "", "cell-title"),
                Tag("button", "", "row-button", type="button").on("click", lambda: self._open(document.id)),
            ):
                Tag("span", title, "row-title")
                if title != document.uri:
                    Tag("span", document.uri, "row-uri")
            Tag("td", document.language, "cell-language")
            Tag("td", f"{chunks:,}", "cell-number")
            Tag("td", f"{document.updated_at:%d %b %Y, %H:%M}", "cell-date")
            with Tag("td", "", "cell-actions"):
                if self._visitor.may_write:
                    Button("", "button is-quiet is-icon", icon="trash", label=f"Delete {title}").on(
                        "click", lambda: self._confirm(document.id, title)
                    )

    def _build_paging(self, page: DocumentPage) -> None:
        first = (len(self._starts) - 1) * PAGE + 1
        with Tag("nav", "", "paging", aria_label="Pages of documents"):
            Tag("span", f"{first:,} to {first + len(page.documents) - 1:,} of {page.total:,}")
            previous = Button("Previous").on("click", self._show_previous)
            previous.set_attribute("disabled", None if len(self._starts) > 1 else "disabled")
            following = Button("Next").on("click", lambda: self._show_next(page.next_after))
            following.set_attribute("disabled", None if page.next_after else "disabled")

    def _build_empty(self) -> None:
        with Tag("div", "", "empty"):
            if self._search:
                Tag("p", f"No document has “{self._search}” in its title or address.", "callout-title")
            else:
                Tag("p", "No documents yet.", "callout-title")
                Tag("p", "Add some above, or run answerable ingest PATH in a terminal.")

    async def _on_search(self, event: GenericEventArguments) -> None:
        self._search = str(event.args).strip()
        self._starts = [None]
        await self.show()

    async def _show_next(self, after: str | None) -> None:
        self._starts.append(after)
        await self.show()

    async def _show_previous(self) -> None:
        self._starts.pop()
        await self.show()

    def _confirm(self, document_id: UUID, title: str) -> None:
        self._dialogs.clear()

        async def delete(_: str) -> None:
            principal = await self._visitor.check_writer()
            knowledge = self._visitor.services.knowledge
            await knowledge.delete_document(
                self._collection, document_id, groups=principal.groups, by=principal.name
            )
            await self.show()
            await self._changed()

        with self._dialogs:
            dialog = FormDialog(
                "Delete this document?",
                f"“{title}” and its passages go. Ingesting its source again brings it back.",
                action="Delete the document",
                danger=True,
                submit=delete,
            )
        dialog.open()
