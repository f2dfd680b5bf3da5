from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.server import add_documents, create_key, revoke_key
from tests.e2e.running import RunningServer


def test_the_printed_address_signs_in_and_the_key_leaves_the_address(
    open_page: OpenPage, server: RunningServer
) -> None:
    page = open_page("/")
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    assert page.url == f"{server.url}/"
    [cookie] = page.context.cookies()
    assert cookie.get("httpOnly") is True
    assert cookie.get("sameSite") == "Lax"
    assert server.admin_key not in str(cookie.get("value"))


def test_without_a_key_every_page_asks_for_one(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/knowledge", key="")
    assert page.url == f"{server.url}/sign-in"
    page.get_by_label("API key").fill(server.admin_key)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Question", exact=True)).to_be_visible()


def test_a_wrong_key_says_so(open_page: OpenPage, server: RunningServer, console_errors: list[str]) -> None:
    page = open_page("/", key="")
    page.get_by_label("API key").fill("ans_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    assert console_errors, "the browser logs the status 401"
    console_errors.clear()
    page.goto(server.url)
    assert page.url == f"{server.url}/sign-in"


def test_signing_out_ends_the_session(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/")
    cookies = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    page.context.add_cookies([{"name": c["name"], "value": c["value"], "url": server.url} for c in cookies])
    page.goto(server.url)
    assert page.url == f"{server.url}/sign-in", "the old token is worth nothing"


def test_a_revoked_key_ends_what_it_opened(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/", key=create_key(server, "short-lived", role="app"))
    expect(page.get_by_label("Question", exact=True)).to_be_visible()
    revoke_key(server, "short-lived")
    page.get_by_label("Question", exact=True).fill("How many berths are there?")
    page.keyboard.press("Enter")
    expect(page.get_by_label("API key")).to_be_visible()


def test_a_key_without_rights_sees_no_way_to_change_documents(
    open_page: OpenPage, server: RunningServer
) -> None:
    page = open_page("/knowledge", key=create_key(server, "reader", role="app"))
    expect(page.get_by_text("Harbour handbook")).to_be_visible()
    expect(page.get_by_role("button", name="New collection")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose files")).to_have_count(0)


def test_an_upload_without_the_right_is_refused(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/knowledge", key=create_key(server, "another-reader", role="app"))
    response = page.context.request.post(
        f"{server.url}/console/upload?collection=docs",
        headers={"X-Answerable": "console"},
        multipart={"file": {"name": "a.md", "mimeType": "text/markdown", "buffer": b"# A"}},
    )
    assert response.status == 403
    assert response.json()["code"] == "forbidden"


def test_document_groups_bound_what_is_shown_and_asked(open_page: OpenPage, server: RunningServer) -> None:
    add_documents(
        server,
        "guarded",
        {"vault.md": "# Vault\n\nThe code of the harbour vault is 7731.\n"},
        groups=["board"],
    )
    add_documents(server, "guarded", {"open.md": "# Opening hours\n\nThe harbour office opens at nine.\n"})
    page = open_page(
        "/knowledge?collection=guarded", key=create_key(server, "crew", role="app", groups=["crew"])
    )
    expect(page.get_by_role("button", name="Opening hours")).to_be_visible()
    expect(page.get_by_text("Vault")).to_have_count(0)
    page.goto(server.url)
    page.get_by_label("Collection", exact=True).select_option("guarded")
    page.get_by_label("Question", exact=True).fill("What is the code of the harbour vault?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn-facts")).to_be_visible()
    expect(page.get_by_text("7731")).to_have_count(0)
