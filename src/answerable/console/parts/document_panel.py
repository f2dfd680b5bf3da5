"""A whole document, page by page, with the borders of its passages when one wants to see them."""

from __future__ import annotations

import asyncio
from uuid import UUID

from nicegui import ui

from answerable.console.elements import Button, Markup, Tag
from answerable.console.parts.panel import Panel
from answerable.console.parts.passage_panel import document_style
from answerable.console.prose import Mark, render_prose
from answerable.console.visitor import Visitor
from answerable.knowledge.types import DocumentText

PART = 40_000
"""Characters that are shown at once; more on demand."""

Spans = list[tuple[int, int]]


class DocumentPanel:
    """Opens a document in the panel."""

    def __init__(self, visitor: Visitor, panel: Panel) -> None:
        self._visitor = visitor
        self._panel = panel

    async def open(self, document_id: UUID) -> None:
        """Show a document. Raises NotFound, also for one that the visitor may not read."""
        principal = await self._visitor.check()
        knowledge = self._visitor.services.knowledge
        found = await knowledge.get_document(document_id, groups=principal.groups)
        spans = await knowledge.list_chunk_spans(document_id, groups=principal.groups)
        with self._panel.fill(found.document.title or found.document.uri):
            view = _DocumentView(found, spans)
            await view.show_more()


class _DocumentView:
    """The text of one document as far as it is shown."""

    def __init__(self, found: DocumentText, spans: Spans) -> None:
        self._found = found
        self._spans = spans
        self._shown = 0
        with Tag("div", "", "panel-place"):
            Tag("p", found.document.uri)
            with Tag("p"):
                Tag("span", _describe(found, spans))
                Tag("button", "Show passage borders", "link-button", type="button", aria_pressed="false").on(
                    "click", js_handler="(event) => Answerable.toggleBorders(event)"
                )
        with Tag("div", "", "panel-body", tabindex="0", role="region", aria_label="Text of the document"):
            self._parts = ui.element("div").classes(document_style(found.document))
            self._more = Button("Show more").on("click", self.show_more)

    async def show_more(self) -> None:
        """Append the next part, cut at a line."""
        text, start = self._found.text, self._shown
        end = (
            len(text)
            if len(text) - start <= PART
            else text.rfind("\n", start, start + PART) + 1 or start + PART
        )
        content = await asyncio.to_thread(_render_part, text, start, end, self._spans)
        with self._parts:
            Markup(content or '<p class="more">This document holds no text.</p>', "prose-part")
        self._shown = end
        self._more.set_visibility(end < len(text))


def _render_part(text: str, start: int, end: int, spans: Spans) -> str:
    marks = [
        Mark(begin, stop, f"chunk is-{'odd' if place % 2 else 'even'}", {"data-chunk": str(place + 1)})
        for place, (begin, stop) in enumerate(spans)
        if begin < end and start < stop
    ]
    return render_prose(text, start=start, end=end, marks=marks)


def _describe(found: DocumentText, spans: Spans) -> str:
    document = found.document
    parts = [
        f"{len(found.text):,} characters",
        f"{len(spans):,} passages",
        document.language,
        document.media_type,
    ]
    if document.pages:
        parts.insert(1, f"{document.pages:,} pages")
    return " · ".join(parts)
