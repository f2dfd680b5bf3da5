from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.server import create_key, run_app
from tests.e2e.console.test_looks import LOOKS, check
from tests.e2e.running import RunningServer


def model_card(page: Page, name: str) -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("heading", name=name, exact=True))


def test_a_model_shows_its_price_and_what_it_did(open_page: OpenPage, server: RunningServer) -> None:
    run_app(server, "triage", ticket="The door does not close.")
    page = open_page("/models")
    card = model_card(page, "demo:priced")
    expect(card).to_contain_text("$0.25 in, $2 out")
    for fact in ("Tries", "Errors lately0%", "Whole answer", "median", "p95"):
        expect(card.locator(".is-health")).to_contain_text(fact)
    expect(card.locator(".is-health")).to_contain_text("Spend$0.0")
    offline = model_card(page, "local:extractive")
    expect(offline).to_contain_text("default")
    expect(offline).to_contain_text("free")


def test_a_price_that_nobody_knows_is_not_shown_as_nothing(
    open_page: OpenPage, server: RunningServer
) -> None:
    run_app(server, "triage@terse", ticket="The door does not close.")
    page = open_page("/models")
    card = model_card(page, "demo:assistant")
    expect(card).to_contain_text("Price per million tokensunknown")
    expect(card.locator(".is-health")).to_contain_text("of unknown price")


def test_what_can_be_reached_is_looked_up_on_demand(open_page: OpenPage) -> None:
    page = open_page("/models")
    expect(page.get_by_text("reachable", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Check all").press("Enter")
    expect(page.get_by_text(re.compile(r"\d of \d+ models can be reached"))).to_be_visible(timeout=30_000)
    expect(model_card(page, "local:extractive").get_by_text("reachable", exact=True)).to_be_visible()
    away = model_card(page, "away:silent")
    expect(away.get_by_text("not reachable")).to_be_visible()
    expect(away).to_contain_text("base_url")


def test_a_reviewer_looks_and_does_not_ask_providers(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/models", key=create_key(server, "watcher", role="reviewer"))
    expect(model_card(page, "local:extractive")).to_be_visible()
    expect(page.get_by_role("button", name="Check all")).to_have_count(0)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/models", size=size, scheme=scheme)
    expect(model_card(page, "local:extractive")).to_be_visible()
    check(page, "models", size, scheme)
