"""Files from the browser to ingestion, as a stream that is never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, UploadFile

from answerable.console.sessions import Sessions, get_token
from answerable.console.visitor import Visitor
from answerable.core.errors import Forbidden, Unauthenticated
from answerable.wiring import Services

_PART_BYTES = 1 << 20


def upload_router(services: Services, sessions: Sessions) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/console/upload", status_code=202)
    async def upload(
        request: Request, collection: str, file: UploadFile, x_answerable: Annotated[str, Header()] = ""
    ) -> dict[str, str]:
        """Take one file in; it is safe in the database once this answers."""
        if x_answerable != "console":  # no other site's form can send this header
            raise Forbidden("This address is for the console alone.", hint="Use the API to upload.")
        found = await sessions.find_principal(get_token(request))
        if found is None:
            raise Unauthenticated("You are signed out.", hint="Sign in again.")
        principal = await Visitor(services, *found).check_writer()
        run = await services.ingestion.stage_upload(
            collection, _file_name(file), _read_parts(file), groups=principal.groups
        )
        return {"run": str(run.id)}

    return router


def _file_name(file: UploadFile) -> str:
    """Return the name without folders, whatever system it comes from."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2]


async def _read_parts(file: UploadFile) -> AsyncIterator[bytes]:
    while part := await file.read(_PART_BYTES):
        yield part
