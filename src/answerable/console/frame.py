"""What stands around every page: the rail with the pages, the theme, the visitor, and how errors are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from nicegui import ui

from answerable.access.types import Role
from answerable.console.assets import asset_url, read_asset
from answerable.console.elements import Tag, notify
from answerable.console.sign_in import SIGN_IN_PATH
from answerable.console.visitor import READERS, Visitor
from answerable.core.errors import AnswerableError, Unauthenticated


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page as the rail has it. `key` goes there after `g`; `roles` None is everybody."""

    path: str
    title: str
    key: str
    roles: tuple[Role, ...] | None = None


PAGES = {
    "ask": PageLink("/", "Ask", "a"),
    "knowledge": PageLink("/knowledge", "Knowledge", "k"),
    "apps": PageLink("/apps", "Apps", "p", READERS),
    "traces": PageLink("/traces", "Traces", "t", READERS),
    "review": PageLink("/review", "Review", "r", READERS),
    "datasets": PageLink("/datasets", "Datasets", "d", READERS),
    "evaluations": PageLink("/evaluations", "Evaluations", "e", READERS),
    "monitor": PageLink("/monitor", "Monitor", "o", READERS),
    "models": PageLink("/models", "Models", "m", READERS),
}


def build_frame(visitor: Visitor, *, page: str) -> None:
    """Add the frame to the page that is being built: plain HTML, so it is painted before any script ran."""
    ui.add_head_html(head_html())
    ui.add_body_html(_frame_html(visitor, page) + read_asset("notices.html"))
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


def add_assets(*names: str) -> None:
    """Add style sheets and scripts that only some pages need, after those of every page."""
    for name in names:
        url = asset_url(name)
        sheet = name.endswith(".css")
        ui.add_head_html(
            f'<link rel="stylesheet" href="{url}">' if sheet else f'<script defer src="{url}"></script>'
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
    pages = dict(_list_pages(visitor.principal.role))
    html = read_asset("frame.html")
    for name, value in {
        "icon": asset_url("icon.svg"),
        "links": "".join(_link(name, link, current=name == page) for name, link in pages.items()),
        "page-keys": "".join(_page_key(link) for link in pages.values()),
        "name": escape(visitor.principal.name),
        "role": escape(visitor.principal.role),
    }.items():
        html = html.replace("{{" + name + "}}", value)
    return html


def _list_pages(role: Role) -> Iterator[tuple[str, PageLink]]:
    return ((name, link) for name, link in PAGES.items() if link.roles is None or role in link.roles)


def _link(name: str, link: PageLink, *, current: bool) -> str:
    here = ' aria-current="page"' if current else ""
    icon = f'<span class="icon icon-{name}" aria-hidden="true"></span>'
    return f'<a class="rail-link" href="{link.path}" data-key="{link.key}"{here}>{icon}<span>{link.title}</span></a>'


def _page_key(link: PageLink) -> str:
    return f"<div><dt><kbd>g</kbd> <kbd>{link.key}</kbd></dt><dd>{link.title}</dd></div>"
