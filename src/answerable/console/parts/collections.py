"""The collections: choose one, make one, delete one."""

from __future__ import annotations

from nicegui import ui

from answerable.access.types import Principal
from answerable.console.elements import Button, Tag
from answerable.console.parts.dialogs import FormDialog
from answerable.console.parts.figures import format_count
from answerable.console.visitor import Visitor
from answerable.core.errors import InvalidInput
from answerable.knowledge.types import CollectionSummary


class CollectionBar:
    """Links to the collections with what is in them, and a button that makes a new one."""

    def __init__(self, visitor: Visitor, collections: list[CollectionSummary], *, chosen: str | None) -> None:
        self._visitor = visitor
        self._counts: dict[str, Tag] = {}
        with Tag("nav", "", "collections", aria_label="Collections"):
            for summary in collections:
                self._counts[summary.name] = _build_link(summary, current=summary.name == chosen)
            if visitor.may_write:
                Button("New collection", "collection is-new", icon="plus").on(
                    "click", self._build_dialog().open
                )

    def show(self, summary: CollectionSummary) -> None:
        """Show what a collection holds by now."""
        self._counts[summary.name].set_text(format_count(summary.documents, "document"))

    def _build_dialog(self) -> FormDialog:
        return FormDialog(
            "New collection",
            "Lower-case letters, digits, - and _.",
            action="Create",
            field="Name",
            submit=self._create,
        )

    async def _create(self, name: str) -> None:
        await self._visitor.check_writer()
        await self._visitor.services.knowledge.create_collection(name)
        ui.navigate.to(f"/knowledge?collection={name}")


class CollectionHead:
    """What a collection is made of, and the way to delete it; what it holds stands in the bar too."""

    def __init__(self, visitor: Visitor, summary: CollectionSummary, *, bar: CollectionBar) -> None:
        self._visitor = visitor
        self._bar = bar
        self._name = summary.name
        with Tag("header", "", "collection-head"):
            Tag("h2", summary.name)
            self._facts = Tag("p", "", "collection-facts")
            if visitor.may_write:
                dialog = FormDialog(
                    f"Delete {summary.name}?",
                    "All its documents, passages and vectors go. This cannot be undone.",
                    action="Delete the collection",
                    field=f"Type {summary.name} to go on",
                    must_equal=summary.name,
                    danger=True,
                    submit=self._delete,
                )
                Button("Delete", "button is-quiet is-danger", icon="trash", label="Delete the collection").on(
                    "click", dialog.open
                )
        self.show(summary)

    def show(self, summary: CollectionSummary) -> None:
        parts = [format_count(summary.documents, "document"), format_count(summary.chunks, "passage")]
        if summary.index:
            parts.append(f"embedded by {summary.index}")
        self._facts.set_text(" · ".join(parts))
        self._bar.show(summary)

    async def refresh(self, principal: Principal) -> None:
        knowledge = self._visitor.services.knowledge
        self.show(await knowledge.get_summary(self._name, groups=principal.groups))

    async def _delete(self, typed: str) -> None:
        if typed != self._name:
            raise InvalidInput("The name does not match.", hint="Nothing was deleted.")
        principal = await self._visitor.check_writer()
        await self._visitor.services.knowledge.delete_collection(self._name, by=principal.name)
        ui.navigate.to("/knowledge")


def _build_link(summary: CollectionSummary, *, current: bool) -> Tag:
    """Return the number of documents in it."""
    with Tag(
        "a",
        "",
        "collection",
        href=f"/knowledge?collection={summary.name}",
        aria_current="page" if current else None,
    ):
        Tag("span", summary.name, "collection-name")
        return Tag("span", format_count(summary.documents, "document"), "collection-count")
