"""`/v1/shared`: one trace, for whoever has the link to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from answerable.api.rendering.traces import render_detail
from answerable.api.security import ServicesDep
from answerable.traces.conventions import KEY, USER
from answerable.traces.reading.detail import get_detail

router = APIRouter(prefix="/v1/shared", tags=["traces"])
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_WITHHELD = ("key_id", "user")
_WITHHELD_ATTRIBUTES = frozenset({KEY, USER})


@router.get("/{token}")
async def get_shared_trace(token: str, services: ServicesDep, response: Response) -> dict[str, Any]:
    """Return the trace that a link stands for, without the key and the user that asked. Needs no key."""
    detail = await get_detail(services.traces, await services.trace_sharing.read(token))
    response.headers.update(_PRIVATE)
    rendered = render_detail(detail, services)
    runs = [_withhold(run) for run in rendered["runs"]]
    spans = [_withhold_attributes(span) for span in rendered["spans"]]
    return {**_withhold(rendered), "runs": runs, "spans": spans}


def _withhold(run: dict[str, Any]) -> dict[str, Any]:
    return {**run, **dict.fromkeys(_WITHHELD)}


def _withhold_attributes(span: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in span["attributes"].items() if name not in _WITHHELD_ATTRIBUTES}
    return {**span, "attributes": kept}
