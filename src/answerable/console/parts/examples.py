"""Questions to start with, made from the titles and headings of a collection's documents."""

from __future__ import annotations

import re

from answerable.console.prose import list_headings
from answerable.core.errors import NotFound
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import Document, Groups

_NUMBER = re.compile(r"^\d+(\.\d+)*[.)]?\s+")
"""What counts chapters, at the beginning of a title."""
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
    each = max(1, _SHOW // max(1, len(chosen)))
    examples: list[str] = []
    for title, document in chosen:
        text = (await knowledge.get_document(document.id, groups=groups)).text
        examples += list_questions(title, text)[:each]
    return examples


def list_questions(title: str, text: str) -> list[str]:
    """Return questions that the document answers: those that it asks itself, then one for each of its sections."""
    title = _NUMBER.sub("", title)
    first, *rest = [_NUMBER.sub("", heading) for heading in list_headings(text)] or [""]
    sections = rest if text.lstrip().startswith("#") else [first, *rest]
    headings = [heading for heading in sections if 3 <= len(heading) <= 60 and heading != title]
    asked = [heading for heading in (title, *headings) if heading.endswith("?")]
    about = [f"What does “{title}” say about {heading}?" for heading in headings if not heading.endswith("?")]
    return [*asked, *about] or [f"What does “{title}” say?"]


def _fits(document: Document) -> bool:
    title = document.title.strip()
    file_name = document.uri.rpartition("/")[2].rpartition(":")[2]
    return 3 <= len(title) <= 60 and title != file_name and document.size_bytes <= _MAX_BYTES
