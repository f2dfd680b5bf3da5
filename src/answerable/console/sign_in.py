"""Sign in and out: plain pages that work without scripts."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from answerable.console.assets import FONTS_URL, asset_url, read_asset
from answerable.console.sessions import Sessions, clear_token, get_token, set_token
from answerable.core.errors import Unauthenticated

SIGN_IN_PATH = "/sign-in"
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_WRONG = "This key is not valid. It may be mistyped or revoked."


def sign_in_router(sessions: Sessions) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN_PATH)
    async def show(request: Request) -> Response:
        if await sessions.find_principal(get_token(request)) is not None:
            return RedirectResponse("/", 303)
        return _page()

    @router.post(SIGN_IN_PATH)
    async def sign_in(request: Request, key: Annotated[str, Form(max_length=200)] = "") -> Response:
        return await enter(sessions, request, key, target="/")

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        sessions.end(get_token(request))
        response = RedirectResponse(SIGN_IN_PATH, 303)
        clear_token(response, request)
        return response

    return router


async def enter(sessions: Sessions, request: Request, key: str, *, target: str) -> Response:
    """Open a session and go on to `target`, or show the sign-in page with what is wrong."""
    try:
        token = await sessions.open(key)
    except Unauthenticated:
        return _page(_WRONG if key.strip() else "Paste a key to go on.", status=401)
    response = RedirectResponse(target, 303)
    set_token(response, request, token)
    return response


def _page(problem: str = "", *, status: int = 200) -> HTMLResponse:
    alert = f'<p class="sign-in-problem" id="problem" role="alert">{escape(problem)}</p>' if problem else ""
    page = read_asset("sign_in.html")
    for name, value in {
        "fonts": FONTS_URL,
        "css": asset_url("console.css"),
        "theme": asset_url("theme.js"),
        "icon": asset_url("icon.svg"),
        "alert": alert,
        "invalid": 'aria-invalid="true" aria-describedby="problem"' if problem else "",
    }.items():
        page = page.replace("{{" + name + "}}", value)
    return HTMLResponse(page, status, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})
