"""Questions to start with, made from the titles and headings of a collection's documents."""

from __future__ import annotations

from answerable.console.prose import list_headings
from answerable.core.errors import NotFound
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import Document, Groups

_LOOK_AT = 40
_SHOW = 4
_MAX_BYTES = 200_000
"""Longer documents are not read for their headings."""


async def list_examples(knowledge: KnowledgeService, collection: str, *, groups: Groups) -> list[str]:
    """Return up to four questions; none when the collection is not there or holds no titled document."""
    try:
        page = await knowledge.list_documents(collection, groups=groups, limit=_LOOK_AT)
    except NotFound:
        return []
    titled = {document.title.strip(): document for document in page.documents if _fits(document)}
    step = max(1, len(titled) // _SHOW)
    chosen = list(titled.items())[::step][:_SHOW]
    found = [await knowledge.get_document(document.id, groups=groups) for _, document in chosen]
    return [to_question(title, document.text) for (title, _), document in zip(chosen, found, strict=True)]


def to_question(title: str, text: str) -> str:
    """Return a question that the document answers: one of its headings, or about the first of its sections."""
    first, *rest = list_headings(text) or [""]
    sections = rest if text.lstrip().startswith("#") else [first, *rest]
    headings = [heading for heading in sections if 3 <= len(heading) <= 60 and heading != title]
    asking = next((heading for heading in (title, *headings) if heading.endswith("?")), None)
    if asking is not None:
        return asking
    return f"What does “{title}” say about {headings[0]}?" if headings else f"What does “{title}” say?"


def _fits(document: Document) -> bool:
    title = document.title.strip()
    return 3 <= len(title) <= 60 and title not in document.uri and document.size_bytes <= _MAX_BYTES
