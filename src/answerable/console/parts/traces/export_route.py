"""The download of an export, for the browser that is signed in."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from answerable.console.parts.traces.export_menu import EXPORT_PATH
from answerable.console.parts.traces.filter_query import TITLES, to_filter
from answerable.console.sessions import Sessions, get_token
from answerable.console.visitor import Visitor
from answerable.core.clock import SystemClock
from answerable.core.errors import Unauthenticated
from answerable.traces.exporting.registry import create_encoder, get_format
from answerable.traces.exporting.service import export
from answerable.wiring import Services


def export_router(services: Services, sessions: Sessions) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(EXPORT_PATH)
    async def export_traces(request: Request, format: str = "jsonl") -> StreamingResponse:
        """Send all runs of a filter. Raises InvalidInput for a filter or a format that is not one."""
        found = await sessions.find_principal(get_token(request))
        if found is None:
            raise Unauthenticated("You are signed out.", hint="Sign in again.")
        await Visitor(services, *found).check_reader()
        now = SystemClock().now()
        values = {name: text for name in TITLES if (text := request.query_params.get(name))}
        chosen, encoder = get_format(format), await asyncio.to_thread(create_encoder, format)
        pieces = export(services.traces.iterate(to_filter(values, now=now)), encoder)
        name = f"traces-{now:%Y%m%d-%H%M%S}{chosen.suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingResponse(pieces, media_type=chosen.media_type, headers=headers)

    return router
