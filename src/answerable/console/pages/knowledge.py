"""The page *Knowledge*: collections, their documents, adding to them, and searching them."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request

from answerable.console.elements import Tag
from answerable.console.frame import build_frame
from answerable.console.parts.add_sources import AddSources
from answerable.console.parts.collections import CollectionBar, CollectionHead
from answerable.console.parts.document_panel import DocumentPanel
from answerable.console.parts.documents import DocumentTable
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.parts.playground import Playground
from answerable.console.parts.runs import RunList
from answerable.console.visitor import Visitor
from answerable.knowledge.types import CollectionSummary

_VIEWS = {"documents": "Documents", "search": "Search playground"}


async def build_knowledge_page(visitor: Visitor, request: Request) -> None:
    """Build the page; its address says all of its state: `?collection=`, `?view=search`, `?document=`."""
    build_frame(visitor, page="knowledge")
    query = request.query_params
    collections = await visitor.services.knowledge.list_collections(groups=visitor.principal.groups)
    chosen = next((one for one in collections if one.name == query.get("collection")), None)
    chosen = chosen or next(iter(collections), None)
    with Tag("div", "", "knowledge", id="main"):
        Tag("h1", "Knowledge")
        bar = CollectionBar(visitor, collections, chosen=chosen.name if chosen else None)
        documents = DocumentPanel(visitor, panel := Panel())
        if chosen is None:
            _build_nothing(visitor)
        else:
            head = CollectionHead(visitor, chosen, bar=bar)
            await _build_collection(visitor, chosen, head, panel, view=query.get("view", "documents"))
    if (document := _read_id(query.get("document"))) is not None:
        await documents.open(document)


async def _build_collection(
    visitor: Visitor, chosen: CollectionSummary, head: CollectionHead, panel: Panel, *, view: str
) -> None:
    with Tag("nav", "", "tabs", aria_label="Views of the collection"):
        for name, title in _VIEWS.items():
            address = "/knowledge?" + urlencode({"collection": chosen.name, "view": name})
            Tag("a", title, "tab", href=address, aria_current="page" if name == view else None)
    if view == "search":
        Playground(visitor, chosen.name, PassagePanel(visitor, panel))
        return
    await _build_documents(visitor, chosen, DocumentPanel(visitor, panel), head)


async def _build_documents(
    visitor: Visitor, chosen: CollectionSummary, documents: DocumentPanel, head: CollectionHead
) -> None:
    async def refresh() -> None:
        await table.show()
        await head.refresh(await visitor.check())

    async def refresh_head() -> None:
        await head.refresh(await visitor.check())

    if visitor.may_write:
        add = AddSources(visitor, chosen.name)
        runs = RunList(visitor, changed=refresh)
        add.on_start(runs.follow)
        await runs.show_running(chosen.name)
    table = DocumentTable(visitor, chosen.name, open_document=documents.open, changed=refresh_head)
    await table.show()


def _build_nothing(visitor: Visitor) -> None:
    with Tag("div", "", "empty"):
        Tag("p", "There is no collection yet.", "callout-title")
        if visitor.may_write:
            Tag("p", "Make one above, then add documents to it.")
        else:
            Tag("p", "Somebody with a developer key can make one.")


def _read_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
