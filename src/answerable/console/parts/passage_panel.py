"""A passage at its place in its document."""

from __future__ import annotations

import asyncio

from answerable.console.elements import Markup, Tag
from answerable.console.parts.panel import Panel
from answerable.console.prose import Mark, render_prose
from answerable.console.visitor import Visitor
from answerable.knowledge.types import Document, Hit, StoredPassage

Passage = Hit | StoredPassage
"""A passage that a search has just found, or one that a trace names."""

AROUND = 12_000
"""Characters of the document that are shown before and after the passage."""


class PassagePanel:
    """Opens a hit in the panel, with the text around it."""

    def __init__(self, visitor: Visitor, panel: Panel) -> None:
        self._visitor = visitor
        self._panel = panel

    async def open(
        self, hit: Passage, *, number: int | None = None, span: tuple[int, int] | None = None
    ) -> None:
        """Show the passage highlighted; `span` is its best part, in characters of the passage. Raises NotFound."""
        principal = await self._visitor.check()
        found = await self._visitor.services.knowledge.get_document(hit.document.id, groups=principal.groups)
        content = await asyncio.to_thread(render_passage, found.text, hit, span)
        with self._panel.fill(hit.document.title or hit.document.uri, number=number):
            _build_place(hit)
            with Tag("div", "", "panel-body", tabindex="0", role="region", aria_label="Text of the document"):
                Markup(content, document_style(found.document))


def document_style(document: Document) -> str:
    """Return the classes of a document's text: where the line breaks of the source mean nothing, it flows."""
    flows = document.media_type in {"text/markdown", "text/html"}
    return "prose is-document is-flowing" if flows else "prose is-document"


def render_passage(text: str, hit: Passage, span: tuple[int, int] | None) -> str:
    """Return the passage and the text around it as HTML, the passage and its best part marked."""
    start = text.rfind("\n", 0, max(0, hit.start - AROUND)) + 1
    end = min(len(text), hit.end + AROUND)
    marks = [Mark(hit.start, hit.end, "in-passage", {"id": "passage"})]
    if span is not None:
        marks.append(Mark(hit.start + span[0], hit.start + span[1], "in-span", {"data-span": ""}))
    before = '<p class="more">The document begins further above.</p>' if start else ""
    after = '<p class="more">The document goes on below.</p>' if end < len(text) else ""
    return before + render_prose(text, start=start, end=end, marks=marks) + after


def _build_place(hit: Passage) -> None:
    parts = [" › ".join(hit.heading_path), "" if hit.page is None else f"page {hit.page}"]
    with Tag("div", "", "panel-place"):
        Tag("p", " · ".join(part for part in parts if part))
        Tag("a", hit.document.uri, href=f"/knowledge?document={hit.document.id}")
