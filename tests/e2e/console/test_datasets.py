"""The pages about datasets. Each test has a dataset of its own, made over HTTP or on the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.server import create_key
from tests.e2e.console.test_looks import LOOKS, check
from tests.e2e.console.test_review import keep
from tests.e2e.running import RunningServer

EXAMPLES: tuple[dict[str, Any], ...] = (
    {"input": {"question": "Who built the lighthouse?"}, "expected": "Ada Fisher built it in 1883.",
     "tags": ["history"]},
    {"input": {"question": "How far is the light seen?"}, "expected": "About 18 nautical miles.", "tags": ["light"]},
    {"input": {"question": "متى تبحر العبّارة؟"}, "expected": "كل ساعة.", "tags": ["ferry", "arabic"]},
)  # fmt: skip


def make_dataset(server: RunningServer, name: str) -> None:
    with server.client() as client:
        for example in EXAMPLES:
            client.post(f"/v1/datasets/{name}/examples", json=example).raise_for_status()


def row(page: Page, words: str) -> Locator:
    return page.locator(".example-row").filter(has_text=words)


def told(page: Page) -> Locator:
    return page.locator(".notice").last


def listens(page: Page) -> None:
    """Wait until a click on the page reaches the server."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_function("typeof mounted_app !== 'undefined' && !!mounted_app")


def test_an_example_is_written_changed_and_taken_out(open_page: OpenPage, server: RunningServer) -> None:
    make_dataset(server, "writing")
    page = open_page("/datasets/writing")
    expect(page.locator(".example-row")).to_have_count(3)
    listens(page)
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New example")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Fill in 'question'.")
    dialog.get_by_label("Key").fill("ferry-sunday")
    dialog.get_by_label("Question").fill("Does the ferry go on Sundays?")
    dialog.get_by_label("Weight").fill("much")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is no weight")
    dialog.get_by_label("Weight").fill("2")
    dialog.get_by_label("Tags").fill("ferry, sunday")
    dialog.get_by_label("to decline is right").check()
    dialog.get_by_role("button", name="Save").click()
    expect(told(page)).to_contain_text("Added.")
    expect(row(page, "on Sundays")).to_contain_text("to decline is right")
    expect(page.locator("#panel")).to_contain_text("ferry-sunday")
    page.locator("#panel").get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit the example")
    dialog.get_by_label("Expected", exact=True).fill("It does, from May to September.")
    dialog.get_by_label("to decline is right").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(row(page, "on Sundays")).to_contain_text("from May to September")
    with server.client() as client:
        kept = client.get("/v1/datasets/writing/examples").json()["examples"]
    (found,) = [one for one in kept if one["input"]["question"].startswith("Does the ferry")]
    assert (found["expected"], found["weight"]) == ("It does, from May to September.", 2)
    page.locator("#panel").get_by_role("button", name="Take out").click()
    page.get_by_role("dialog").get_by_role("button", name="Take out").click()
    expect(row(page, "on Sundays")).to_have_count(0)
    page.reload()
    expect(page.locator(".example-row")).to_have_count(3)


def test_an_example_is_changed_as_json(open_page: OpenPage, server: RunningServer) -> None:
    make_dataset(server, "as-json")
    page = open_page("/datasets/as-json")
    listens(page)
    row(page, "Who built").click()
    page.get_by_role("button", name="Edit as JSON").click()
    box = page.get_by_label("Example, as JSON")
    example = json.loads(box.input_value())
    box.fill(json.dumps({**example, "expect": 1}))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'expected'?")
    example["acceptable"] = ["Ada Fisher did."]
    example["evidence"] = [{"text": "Ada Fisher built it.", "title": "The lighthouse"}]
    box.fill(json.dumps(example))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#panel")).to_contain_text("Ada Fisher did.")
    expect(page.locator("#panel")).to_contain_text("The lighthouse")


def test_the_list_is_filtered_and_read_by_keys(open_page: OpenPage, server: RunningServer) -> None:
    make_dataset(server, "keys")
    page = open_page("/datasets/keys")
    listens(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".example-row").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("nautical miles")
    page.keyboard.press("k")
    expect(page.locator("#panel")).to_contain_text("Ada Fisher")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_have_class("panel is-open")
    page.get_by_label("Tags", exact=True).fill("ferry arabic")
    page.keyboard.press("Enter")
    expect(page.locator(".example-row")).to_have_count(1)
    assert "split=" not in page.url
    page.get_by_role("link", name="Without filters").click()
    expect(page.locator(".example-row")).to_have_count(3)
    page.locator("#search").fill("NAUTICAL")
    page.keyboard.press("Enter")
    expect(page.locator(".example-row")).to_have_count(1)


def test_a_file_is_brought_in_and_versions_are_compared(
    open_page: OpenPage, server: RunningServer, tmp_path: Path, console_errors: list[str]
) -> None:
    lines = [
        json.dumps({"key": f"e{n}", "input": {"question": f"Question {n}?"}, "expected": "Yes."})
        for n in range(60)
    ]
    file = tmp_path / "first.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    page = open_page("/datasets")
    listens(page)
    page.get_by_role("button", name="Bring in a file").click()
    dialog = page.get_by_role("dialog", name="Bring in a file")
    dialog.get_by_label("Dataset").fill("brought")
    dialog.get_by_label("File", exact=True).set_input_files(file)
    dialog.get_by_role("button", name="Bring in").click()
    expect(told(page)).to_contain_text("brought: 60 added.")
    page.get_by_role("link", name="brought", exact=True).click()
    expect(page.locator(".example-row")).to_have_count(50)
    listens(page)
    page.get_by_role("button", name="More").click()
    expect(page.locator(".example-row")).to_have_count(60)
    freeze(page, "as it was")
    lines[7] = json.dumps({"key": "e7", "input": {"question": "Question 7?"}, "expected": "No, never."})
    file.write_text("\n".join([*lines[1:], '{"input": 3}']), encoding="utf-8")
    page.get_by_role("link", name="Examples").click()
    listens(page)
    page.get_by_role("button", name="Bring in a file").click()
    dialog = page.get_by_role("dialog", name="Bring in a file")
    dialog.get_by_label("File", exact=True).set_input_files(file)
    dialog.get_by_label("Take out").check()
    dialog.get_by_role("button", name="Bring in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("line 60")
    console_errors.clear()  # the browser notes an answer of 422
    dialog.get_by_label("Leave out").check()
    dialog.get_by_role("button", name="Bring in").click()
    expect(told(page)).to_contain_text("brought: 1 changed, 58 unchanged, 1 taken out, 1 left out.")
    freeze(page, "mended")
    page.get_by_role("link", name="From @1").click()
    expect(page.locator(".change-counts")).to_contain_text("1 changed0 added1 removed58 as they were")
    changed = page.locator("[data-example=e7]")
    expect(changed.locator("del")).to_have_text("Yes.")
    expect(changed.locator("ins")).to_have_text("No, never.")
    expect(page.get_by_role("list", name="removed")).to_contain_text("Question 0?")
    page.goto(f"{server.url}/datasets/brought?version=1")
    expect(page.locator(".example-row").first).to_contain_text("Question 0?")
    expect(page.get_by_role("button", name="New example")).to_have_count(0)


def freeze(page: Page, note: str) -> None:
    page.get_by_role("link", name="Versions").click()
    listens(page)
    page.get_by_role("button", name="Make a version").click()
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".versions tbody tr").first).to_contain_text(note)


def test_what_is_held_is_accepted_or_rejected(
    open_page: OpenPage, server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "made.csv"
    file.write_text(
        "question,expected\nWho keeps the light?,Bo.\nWhat is up?,Nothing.\nHow far?,Far.\n", encoding="utf-8"
    )
    page = open_page("/datasets")
    listens(page)
    page.get_by_role("button", name="Bring in a file").click()
    dialog = page.get_by_role("dialog", name="Bring in a file")
    dialog.get_by_label("Dataset").fill("waiting")
    dialog.get_by_label("File", exact=True).set_input_files(file)
    dialog.get_by_label("Hold them").check()
    dialog.get_by_role("button", name="Bring in").click()
    expect(page.locator(".card").filter(has_text="waiting")).to_contain_text("3 held")
    page.get_by_role("link", name="waiting", exact=True).click()
    expect(page.locator(".empty")).to_contain_text("No example is found.")
    page.get_by_role("link", name="Held (3)").click()
    listens(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".held-card")).to_have_count(2)
    card = page.locator(".held-card").filter(has_text="What is up?")
    card.get_by_role("button", name="Accept").click()
    expect(page.locator(".held-card")).to_have_count(1)
    page.get_by_role("button", name="Accept all").click()
    expect(page.locator(".empty")).to_contain_text("Nothing is held.")
    page.get_by_role("link", name="Examples").click()
    expect(page.locator(".example-row")).to_have_count(2)


def test_a_dataset_is_downloaded(open_page: OpenPage, server: RunningServer) -> None:
    make_dataset(server, "download")
    page = open_page("/datasets/download")
    listens(page)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="YAML, as files have it").click()
    assert download.value.suggested_filename == "download.yaml"
    assert "Who built the lighthouse?" in Path(download.value.path()).read_text(encoding="utf-8")


def test_who_may_see_and_change_datasets(
    open_page: OpenPage, server: RunningServer, console_errors: list[str]
) -> None:
    make_dataset(server, "looking")
    page = open_page("/datasets/looking", key=create_key(server, "looker at datasets", role="reviewer"))
    listens(page)
    row(page, "Who built").click()
    expect(page.locator("#panel")).to_contain_text("Ada Fisher")
    for name in ("Edit", "Take out", "New example", "Bring in a file"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page = open_page("/datasets", key=create_key(server, "asker of datasets", role="app"))
    expect(page.get_by_role("heading")).to_have_text("This key may not see this page.")
    page = open_page("/datasets/lookin")
    expect(page.locator("body")).to_contain_text("Did you mean 'looking'?")
    assert all("403" in error or "404" in error for error in console_errors)
    console_errors.clear()


@pytest.fixture(scope="session")
def golden(server: RunningServer) -> str:
    make_dataset(server, "golden-set")
    return "golden-set"


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(open_page: OpenPage, golden: str, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/datasets", size=size, scheme=scheme)
    expect(page.locator(".card").first).to_be_visible()
    check(page, "datasets", size, scheme)
    page.goto(page.url.removesuffix("/datasets") + f"/datasets/{golden}")
    listens(page)
    check(page, "dataset", size, scheme)
    row(page, "Who built").click()
    expect(page.locator("#panel")).to_contain_text("Ada Fisher")
    check(page, "dataset-example", size, scheme)
    keep(page, "datasets", size, scheme)
    if page.locator("#panel .button").first.is_visible():
        page.locator("#panel").get_by_role("button", name="Edit", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check(page, "dataset-edit", size, scheme)


def test_a_whole_dataset_is_deleted(open_page: OpenPage, server: RunningServer) -> None:
    make_dataset(server, "passing")
    page = open_page("/datasets/passing")
    listens(page)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete passing?")
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/datasets$"))
    with server.client() as client:
        assert client.get("/v1/datasets/passing/examples").status_code == 404
        assert client.delete("/v1/datasets/passing").status_code == 404
