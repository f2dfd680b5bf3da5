"""One server, one browser; a fresh browser profile a test. An error in the browser's console fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.e2e.console.documents import DOCUMENTS
from tests.e2e.console.server import add_documents, run_fake_models, write_settings
from tests.e2e.running import RunningServer, running_server

_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = (1280, 860)
NARROW = (390, 844)

OpenPage = Callable[..., Page]

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    workspace = tmp_path_factory.mktemp("console")
    with run_fake_models() as address:
        write_settings(workspace, address)
        yield from _serve(workspace)


def _serve(workspace: Path) -> Iterator[RunningServer]:
    with running_server(workspace, forked=False) as running:
        add_documents(running, "docs", DOCUMENTS)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(_CHROMIUM).exists():
        pytest.skip("The browser tests need Debian's chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def console_errors() -> list[str]:
    """What the browser complained about. A test that expects a complaint clears it."""
    return []


@pytest.fixture
def open_page(browser: Browser, server: RunningServer, console_errors: list[str]) -> Iterator[OpenPage]:
    """Open a page in a profile of its own, signed in unless `key` is empty."""
    contexts: list[BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            console_errors.append(message.text)

    def open_page(
        path: str = "/", *, size: tuple[int, int] = WIDE, scheme: str = "light", key: str | None = None
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", note)
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        secret = server.admin_key if key is None else key
        separator = "&" if "?" in path else "?"
        page.goto(f"{server.url}{path}{separator}key={secret}" if secret else f"{server.url}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert console_errors == []
