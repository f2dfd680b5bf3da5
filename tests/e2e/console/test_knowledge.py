from __future__ import annotations

import io
import re
import zipfile

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.server import add_documents
from tests.e2e.console.test_ask import ask
from tests.e2e.running import RunningServer

BUOYS = {"one.md": "# One buoy\n\nIt is red.\n", "two.md": "# Two buoys\n\nThey are green.\n"}


def test_an_uploaded_file_is_found_by_asking(
    open_page: OpenPage, server: RunningServer, console_errors: list[str]
) -> None:
    add_documents(server, "uploads", {})
    page = open_page("/knowledge?collection=uploads")
    expect(page.get_by_text("No documents yet.")).to_be_visible()
    page.locator("#files").set_input_files(
        [
            _file("cranes.md", "# Cranes\n\nThe yellow crane lifts 12 tonnes.\n"),
            _file("empty.md", ""),
            _file("ropes.md", "# Ropes\n\nMooring ropes are at least 14 millimetres thick.\n"),
        ]
    )
    expect(page.locator(".run.is-done")).to_have_count(2)
    expect(page.locator(".notice.is-problem")).to_contain_text("empty")
    assert any("422" in error for error in console_errors)
    console_errors.clear()
    expect(page.get_by_role("button", name="Cranes", exact=False).first).to_be_visible()
    expect(page.locator(".collection-facts")).to_contain_text("2 documents")
    page.goto(server.url)
    page.get_by_label("Collection", exact=True).select_option("uploads")
    ask(page, "How much does the yellow crane lift?")
    expect(page.locator(".answer")).to_contain_text("12 tonnes")


def test_what_could_not_be_read_is_not_called_done(open_page: OpenPage, server: RunningServer) -> None:
    add_documents(server, "halves", {})
    page = open_page("/knowledge?collection=halves")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("good.md", "# Good\n\nThe pier is open.\n")
        target.writestr("blank.md", " \n")
    files = [_file("blank.md", " \n"), FilePayload(name="half.zip", mimeType="", buffer=archive.getvalue())]
    page.locator("#files").set_input_files(files)
    expect(page.locator(".run.is-failed .run-state")).to_have_text("Not read")
    expect(page.locator(".run.is-partial .run-state")).to_have_text("Read in part")
    expect(page.locator(".run.is-partial .run-facts")).to_contain_text("2 of 2 documents")
    expect(page.locator(".run.is-failed .run-facts")).to_contain_text("1 of 1 document ")
    expect(page.locator(".collection[aria-current]")).to_contain_text("1 document")


def test_a_deleted_document_is_gone(open_page: OpenPage, server: RunningServer) -> None:
    add_documents(
        server,
        "shelf",
        BUOYS,
    )
    page = open_page("/knowledge?collection=shelf")
    page.get_by_role("button", name="Delete One buoy").click()
    dialog = page.get_by_role("dialog", name="Delete this document?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("One buoy", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete One buoy").click()
    page.get_by_role("button", name="Delete the document").last.click()
    expect(page.locator(".row-title", has_text="One buoy")).to_have_count(0)
    expect(page.locator(".row-title", has_text="Two buoys")).to_be_visible()
    expect(page.locator(".collection-facts")).to_contain_text("1 document ")


def test_a_collection_is_made_and_deleted_by_its_name(open_page: OpenPage) -> None:
    page = open_page("/knowledge")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name", exact=True).fill("Not A Name")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.is-problem")).to_contain_text("cannot be the name")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name", exact=True).fill("charts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="charts")).to_be_visible()
    page.get_by_role("button", name="Delete the collection").first.click()
    dialog = page.get_by_role("dialog", name="Delete charts?")
    dialog.get_by_label("Type charts to go on").fill("chart")
    dialog.get_by_role("button", name="Delete the collection").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Type charts to go on").fill("charts")
    dialog.get_by_role("button", name="Delete the collection").click()
    expect(page.get_by_role("link", name=re.compile("charts"))).to_have_count(0)
    expect(page.get_by_role("heading", name="docs", exact=True)).to_be_visible()


def test_documents_are_searched_and_opened_with_their_passages(open_page: OpenPage) -> None:
    page = open_page("/knowledge?collection=docs")
    page.get_by_label("Search documents").fill("lightho")
    expect(page.locator(".row-title")).to_have_text(["Eskmouth lighthouse"])
    page.locator(".row-button").click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("The climb has 148 steps.")
    panel.get_by_role("button", name="Show passage borders").click()
    expect(panel.get_by_role("button", name="Hide passage borders")).to_be_visible()
    expect(panel.locator(".chunk").first).to_be_visible()


def test_the_playground_shows_the_parts_of_each_score(open_page: OpenPage) -> None:
    page = open_page("/knowledge?collection=docs&view=search")
    _search(page, "speed limit")
    first = page.locator(".hit").first
    expect(first).to_contain_text("4 knots")
    expect(first.locator(".score-name")).to_have_text(["Fused", "Meaning", "Words"])
    page.get_by_label("Weight of meaning over words").fill("0")
    _search(page, "speed limit")
    expect(first.locator(".score.is-dense")).to_contain_text("not asked")
    page.get_by_label("Reranker").select_option("demo:fake-rerank-1")
    _search(page, "speed limit")
    expect(first.locator(".score-name")).to_have_text(["Reranked", "Meaning", "Words"])
    page.get_by_label("Filter on metadata (JSON)").fill("{not json")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.is-problem")).to_contain_text("not JSON")
    first.click()
    expect(page.locator("#panel .in-passage").first).to_be_in_viewport()


def test_a_web_address_of_another_kind_is_refused(open_page: OpenPage) -> None:
    page = open_page("/knowledge?collection=docs")
    page.get_by_label("Address of a page").fill("file:///etc/passwd")
    page.get_by_role("button", name="Add page").click()
    expect(page.locator(".notice.is-problem")).to_contain_text("not a web address")


def test_a_private_address_is_listed_as_a_problem_with_its_reason(
    open_page: OpenPage, server: RunningServer
) -> None:
    page = open_page("/knowledge?collection=docs")
    page.get_by_label("Address of a page").fill(f"{server.url}/healthz")
    page.get_by_role("button", name="Add page").click()
    expect(page.locator(".run-problems")).to_contain_text("127.0.0.1")


def _search(page: Page, query: str) -> None:
    page.get_by_label("Query").fill(query)
    page.keyboard.press("Enter")
    expect(page.locator(".search-facts")).to_be_visible()


def _file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}
