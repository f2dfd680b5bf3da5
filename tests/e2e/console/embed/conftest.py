"""The example product on an origin of its own, and the server that it asks."""

from __future__ import annotations

import runpy
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.console.conftest import WIDE
from tests.e2e.console.documents import DOCUMENTS
from tests.e2e.console.server import add_documents, create_key, run_fake_models, write_settings
from tests.e2e.running import RunningServer, running_server

EXAMPLE = Path(__file__).parents[4] / "examples" / "embed" / "server.py"

OpenProduct = Callable[..., Page]


@pytest.fixture(scope="session")
def product() -> Iterator[Any]:
    """The example's server; where it asks is told later, since its address has to be allowed there first."""
    server = runpy.run_path(str(EXAMPLE))["Product"]()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory, product: Any) -> Iterator[RunningServer]:
    """The server that the product asks, with an app key for it."""
    workspace = tmp_path_factory.mktemp("embed")
    with run_fake_models() as address:
        write_settings(workspace, address)
        with (workspace / "answerable.toml").open("a") as settings:
            settings.write(
                f'\n[server]\nallowed_origins = ["{product.url}"]\nsession_requests_per_minute = 0\n'
            )
        with running_server(workspace) as running:
            add_documents(running, "docs", DOCUMENTS)
            product.answerable_url = running.url
            product.answerable_key = create_key(running, "marina", role="app")
            yield running


@pytest.fixture
def open_product(
    browser: Browser, asked: RunningServer, product: Any, console_errors: list[str]
) -> Iterator[OpenProduct]:
    """Open the product in a profile of its own. Complaints of the browser fail the test."""
    contexts: list[BrowserContext] = []

    def open_product(*, size: tuple[int, int] = WIDE, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console",
            lambda said: console_errors.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        page.goto(product.url)
        return page

    yield open_product
    for context in contexts:
        context.close()
    assert console_errors == []
