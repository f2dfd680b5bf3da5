"""What stands around every page: the rail with the pages, the theme, the visitor, and how errors are shown."""

from __future__ import annotations

from html import escape

from nicegui import ui

from answerable.console.assets import asset_url, read_asset
from answerable.console.elements import Tag, notify
from answerable.console.sign_in import SIGN_IN_PATH
from answerable.console.visitor import Visitor
from answerable.core.errors import AnswerableError, Unauthenticated

PAGES = {"ask": ("/", "Ask"), "knowledge": ("/knowledge", "Knowledge")}


def build_frame(visitor: Visitor, *, page: str) -> None:
    """Add the frame to the page that is being built: plain HTML, so it is painted before any script ran."""
    ui.add_head_html(head_html())
    ui.add_body_html(_frame_html(visitor, page))
    ui.context.client.on_exception(show_error)


def build_error_page(error: Exception) -> None:
    """Build the page that stands for one that could not be built."""
    ui.add_head_html(head_html())
    known = error if isinstance(error, AnswerableError) else None
    with Tag("div", "", "lost"):
        Tag("h1", known.detail if known else "Something went wrong here.")
        Tag(
            "p", (known.hint if known else None) or "Try again in a moment; the server's log has the details."
        )
        Tag("a", "Try again", "button", href="")


def head_html() -> str:
    return (
        f'<script src="{asset_url("theme.js")}"></script>'
        f'<link rel="stylesheet" href="{asset_url("console.css")}">'
        f'<link rel="icon" href="{asset_url("icon.svg")}">'
        f'<script defer src="{asset_url("console.js")}"></script>'
    )


def show_error(error: Exception) -> None:
    """Say what went wrong and what to do; a visitor whose key was revoked is led to the sign-in page."""
    if isinstance(error, Unauthenticated):
        ui.navigate.to(SIGN_IN_PATH)
    elif isinstance(error, AnswerableError):
        notify(error.detail, hint=error.hint, kind="problem")
    else:
        notify("Something went wrong here.", hint="The server's log has the details.", kind="problem")


def _frame_html(visitor: Visitor, page: str) -> str:
    links = "".join(_link(name, *entry, current=name == page) for name, entry in PAGES.items())
    html = read_asset("frame.html")
    for name, value in {
        "icon": asset_url("icon.svg"),
        "links": links,
        "name": escape(visitor.principal.name),
        "role": escape(visitor.principal.role),
    }.items():
        html = html.replace("{{" + name + "}}", value)
    return html


def _link(name: str, path: str, title: str, *, current: bool) -> str:
    here = ' aria-current="page"' if current else ""
    icon = f'<span class="icon icon-{name}" aria-hidden="true"></span>'
    return f'<a class="rail-link" href="{path}"{here}>{icon}<span>{title}</span></a>'
