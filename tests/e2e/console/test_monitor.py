from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.server import create_key, run_app
from tests.e2e.console.test_looks import LOOKS, check
from tests.e2e.running import RunningServer


def tile(page: Page, title: str) -> Locator:
    return page.locator(".tile").filter(has=page.get_by_text(title, exact=True))


def read_number(page: Page, title: str) -> int:
    return int(tile(page, title).locator(".tile-value").inner_text().replace(",", ""))


def test_what_an_app_did_is_on_the_page_and_goes_on_by_itself(
    open_page: OpenPage, server: RunningServer
) -> None:
    run_app(server, "sorting", ticket="The gate does not close.")
    page = open_page("/monitor?app=sorting&period=1h")
    expect(tile(page, "Requests").locator(".tile-value")).to_have_text(re.compile(r"^[1-9]"))
    before = read_number(page, "Requests")
    run_app(server, "sorting", ticket="The gate still does not close.")
    expect(tile(page, "Requests").locator(".tile-value")).to_have_text(f"{before + 1:,}")
    expect(tile(page, "Spend").locator(".tile-value")).to_have_text(re.compile(r"^\$0\.0"))
    expect(page.locator('[data-chart="requests"] svg')).to_be_visible()
    row = page.get_by_role("row").filter(has_text="sorting")
    row.get_by_role("link", name="traces").click()
    expect(page).to_have_url(re.compile(r"/traces\?app=sorting&variant=main"))


def test_errors_show_by_their_code(open_page: OpenPage, server: RunningServer) -> None:
    with server.client() as client:
        assert client.post("/ask", json={"question": "Why?", "app": "failing"}).status_code >= 500
    page = open_page("/monitor?app=failing&period=1h")
    expect(page.locator('[data-chart="errors"]')).to_contain_text(re.compile("upstream_failed|circuit_open"))
    expect(tile(page, "Errors")).to_have_class(re.compile("is-bad"))


def test_app_range_and_address_belong_together(open_page: OpenPage, server: RunningServer) -> None:
    run_app(server, "triage", ticket="The door does not close.")
    page = open_page("/monitor")
    expect(page.locator(".board-state")).to_contain_text("An hour a step, live.")
    page.get_by_label("App", exact=True).select_option("triage")
    expect(page).to_have_url(re.compile("app=triage"))
    page.get_by_role("link", name="1 year").click()
    expect(page).to_have_url(re.compile("app=triage&period=365d"))
    expect(page.locator(".board-state")).to_contain_text("A day a step")
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile("period=90d"))
    expect(page.locator(".board-state")).to_contain_text("A day a step, live.")
    page.get_by_text("Exact range").click()
    page.get_by_label("From").fill("2026-03-28T00:00")
    page.get_by_label("Until").fill("2026-03-31T00:00")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("since=2026-03-28"))
    expect(page.locator(".board-state")).to_contain_text("28 Mar 2026, 00:00 to 31 Mar 2026, 00:00")
    expect(tile(page, "Requests").locator(".tile-value")).to_have_text("0")


def test_a_range_that_cannot_be_shown_says_what_can(open_page: OpenPage) -> None:
    page = open_page("/monitor?since=2020-01-01T00:00&until=2026-01-01T00:00")
    expect(page.locator(".board-state")).to_contain_text("at most 731 days")


def test_who_asks_only_sees_no_figures(
    open_page: OpenPage, server: RunningServer, console_errors: list[str]
) -> None:
    page = open_page("/monitor", key=create_key(server, "asker of figures", role="app"))
    expect(page.locator(".tile")).to_have_count(0)
    expect(page.get_by_role("link", name="Monitor")).to_have_count(0)
    assert all("403" in error for error in console_errors)
    console_errors.clear()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(open_page: OpenPage, server: RunningServer, size: tuple[int, int], scheme: str) -> None:
    run_app(server, "triage", ticket="The door does not close.")
    page = open_page("/monitor?period=1h", size=size, scheme=scheme)
    expect(page.locator('[data-chart="requests"] svg')).to_be_visible()
    check(page, "monitor", size, scheme)
