"""Gives back what a page had when it is left."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from answerable.console.sessions import Sessions, get_token
from answerable.console.visitor import Visitor
from answerable.core.errors import Forbidden, NotFound, Unauthenticated
from answerable.wiring import Services


class ReleaseBody(BaseModel):
    queue: str
    items: list[int] = Field(max_length=20)


def release_router(services: Services, sessions: Sessions) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/console/review/release", status_code=204)
    async def release(
        request: Request, body: ReleaseBody, x_answerable: Annotated[str, Header()] = ""
    ) -> None:
        """Let others have the items at once, instead of when their locks run out."""
        if x_answerable != "console":  # no other site's form can send this header
            raise Forbidden("This address is for the console alone.", hint="Use the API to release items.")
        found = await sessions.find_principal(get_token(request))
        if found is None:
            raise Unauthenticated("You are signed out.", hint="Sign in again.")
        principal = await Visitor(services, *found).check_reader()
        queue = await services.reviews.get(body.queue)
        for item in body.items:
            try:
                await services.review_desk.release(queue, item, principal.name)
            except NotFound:
                continue

    return router
