"""`/v1/collections/{collection}/documents`: list, read, upload, delete."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, UploadFile
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.routes.ingestions import render_run
from answerable.api.security import Developer, Reader, ServicesDep
from answerable.core.errors import InvalidInput
from answerable.knowledge.types import Document

router = APIRouter(prefix="/v1/collections/{collection}/documents", tags=["documents"])

_PART_BYTES = 1 << 20
_EXAMPLES: dict[type, str] = {dict: 'Write it as {"year": 2024}.', list: 'Write it as ["sales", "staff"].'}


class UploadForm(RequestBody):
    file: UploadFile
    metadata: str | None = Field(None, description="a JSON object")
    groups: str | None = Field(None, description="a JSON list of group names; else everybody may read it")
    language: str | None = Field(None, description="ISO 639-1; else detected")


@router.get("")
async def list_documents(
    collection: str,
    principal: Reader,
    services: ServicesDep,
    search: Annotated[str | None, Query(max_length=200, description="in the uri or the title")] = None,
    after: Annotated[str | None, Query(description="`next_after` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """List documents by uri."""
    page = await services.knowledge.list_documents(
        collection, groups=principal.groups, search=search, after=after, limit=limit
    )
    return {
        "documents": [_render(document) for document in page.documents],
        "total": page.total,
        "next_after": page.next_after,
    }


@router.get("/{document_id}")
async def get_document(
    collection: str, document_id: UUID, principal: Reader, services: ServicesDep
) -> dict[str, Any]:
    """Read a document with its whole text, in which the offsets of passages count."""
    del collection
    found = await services.knowledge.get_document(document_id, groups=principal.groups)
    return {**_render(found.document), "text": found.text, "page_starts": list(found.page_starts)}


@router.post("", status_code=202)
async def upload_document(
    collection: str,
    principal: Developer,
    services: ServicesDep,
    form: Annotated[UploadForm, Form(media_type="multipart/form-data")],
) -> dict[str, Any]:
    """Upload a file. Once this answers 202 it is safe in the database; the run tells how it goes."""
    del principal
    named = _parse_json("groups", form.groups, list)
    run = await services.ingestion.stage_upload(
        collection,
        form.file.filename or "",
        _parts(form.file),
        metadata=_parse_json("metadata", form.metadata, dict),
        groups=None if named is None else frozenset(str(group) for group in named),
        language=form.language or None,
    )
    return render_run(run)


@router.delete("/{document_id}", status_code=204)
async def delete_document(
    collection: str, document_id: UUID, principal: Developer, services: ServicesDep
) -> None:
    """Delete a document with its passages."""
    await services.knowledge.delete_document(
        collection, document_id, groups=principal.groups, by=principal.name
    )


async def _parts(file: UploadFile) -> AsyncIterator[bytes]:
    """Yield the file in parts: large ones lie on disk by now, and are never whole in memory."""
    while part := await file.read(_PART_BYTES):
        yield part


def _parse_json(name: str, text: str | None, kind: type) -> Any:
    if not text:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The field {name!r} is not JSON: {error}.", hint=_EXAMPLES[kind]) from error
    if not isinstance(value, kind):
        raise InvalidInput(f"The field {name!r} is JSON of another kind.", hint=_EXAMPLES[kind])
    return value


def _render(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "uri": document.uri,
        "title": document.title,
        "metadata": dict(document.metadata),
        "groups": None if document.groups is None else sorted(document.groups),
        "language": document.language,
        "media_type": document.media_type,
        "size_bytes": document.size_bytes,
        "pages": document.pages,
        "created_at": document.created_at,
        "updated_at": document.updated_at,
    }
