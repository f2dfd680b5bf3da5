"""Images and documents for a trial, from the browser to its session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, UploadFile

from answerable.console.sessions import Sessions, get_token
from answerable.console.staged_files import MAX_BYTES
from answerable.console.visitor import Visitor
from answerable.core.errors import Forbidden, TooLarge, Unauthenticated
from answerable.wiring import Services


def trial_file_router(services: Services, sessions: Sessions) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/console/trial-file", status_code=201)
    async def stage(
        request: Request, file: UploadFile, x_answerable: Annotated[str, Header()] = ""
    ) -> dict[str, str]:
        """Keep a file for the trial that follows; the page names it by the token."""
        if x_answerable != "console":  # no other site's form can send this header
            raise Forbidden("This address is for the console alone.", hint="Use POST /v1/apps/{app}/run.")
        found = await sessions.find_principal(get_token(request))
        if found is None:
            raise Unauthenticated("You are signed out.", hint="Sign in again.")
        session, _ = found
        await Visitor(services, *found).check_writer()
        if (file.size or 0) > MAX_BYTES:
            raise TooLarge(
                f"It has {file.size} bytes; a trial here takes {MAX_BYTES} at most.",
                hint="Send it to POST /v1/apps/{app}/run.",
            )
        return {"file": session.files.put(await file.read())}

    return router
