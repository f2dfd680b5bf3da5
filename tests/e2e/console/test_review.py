"""The pages of review. Each test has a queue of its own, over answers that all of them share."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.conftest import WIDE, OpenPage
from tests.e2e.console.server import create_key
from tests.e2e.console.test_looks import LOOKS, MAKE_PICTURE, README_PICTURE, check
from tests.e2e.running import RunningServer

QUESTIONS = (
    "Who built the lighthouse, and when?",
    "How far is the light seen?",
    "What is the speed limit inside of the breakwater?",
    "When does the ferry go?",
    "Who keeps the light?",
)
LABELS: list[dict[str, Any]] = [
    {"name": "correct", "kind": "boolean", "title": "Is it right?"},
    {"name": "fault", "kind": "category", "required": False, "help": "What is wrong with it, if anything.",
     "options": [{"value": "made up", "key": "m"}, {"value": "outdated"}, {"value": "incomplete"}]},
    {"name": "help", "kind": "scale", "title": "How helpful?", "least": 1, "most": 5},
    {"name": "parts", "kind": "span", "title": "Wrong parts", "required": False, "options": [{"value": "wrong"}]},
    {"name": "better", "kind": "correction", "title": "Correction", "required": False},
]  # fmt: skip
PLAIN = LABELS[:1]
_SECONDS = 60


@pytest.fixture(scope="session")
def answers(server: RunningServer) -> None:
    with server.client() as client:
        for question in QUESTIONS:
            client.post("/ask", json={"question": question, "app": "doubtful"}).raise_for_status()


def make_queue(server: RunningServer, name: str, *, labels: list[dict[str, Any]], **spec: Any) -> None:
    rule = {"where": {"app": "doubtful"}}
    body = {"name": name, "labels": labels, "rule": rule, "description": "Is the answer right?", **spec}
    with server.client() as client:
        client.post("/v1/queues", json=body).raise_for_status()
        deadline = time.monotonic() + _SECONDS
        while True:  # an answer that was given just now may be on its way yet
            filled = client.post(f"/v1/queues/{name}/fill").raise_for_status().json()
            if filled["added"] + filled["known"] >= len(QUESTIONS):
                break
            assert time.monotonic() < deadline
            time.sleep(0.1)


def label_all(server: RunningServer, queue: str, key: str, say: list[dict[str, Any]]) -> None:
    """Let a person label one item after the other over HTTP."""
    with server.client(key) as client:
        for labels in say:
            case = client.post(f"/v1/queues/{queue}/next").raise_for_status().json()["case"]
            path = f"/v1/queues/{queue}/items/{case['item']['id']}/annotation"
            client.post(path, json={"labels": labels, "seconds": 12}).raise_for_status()


def group(page: Page, title: str) -> Locator:
    return page.locator(".label-group").filter(has_text=title)


def question(page: Page) -> Locator:
    return page.locator(".case-question")


def listens(page: Page) -> None:
    """Wait until the page's script has taken the case over: keys before that go nowhere."""
    expect(page.locator(".label-group.is-active")).to_be_visible()


@pytest.mark.usefixtures("answers")
def test_a_queue_is_worked_through_by_keys_alone(open_page: OpenPage, server: RunningServer) -> None:
    make_queue(server, "by-keys", labels=LABELS)
    page = open_page("/review", key=create_key(server, "ann", role="reviewer"))
    page.get_by_role("link", name="by-keys", exact=True).click()
    expect(group(page, "Is it right?")).to_have_class("label-group is-active")
    first = question(page).inner_text()
    page.keyboard.press("Enter")
    expect(group(page, "Is it right?").get_by_text("Choose one to go on.")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="No", exact=True)).to_be_checked()
    expect(group(page, "What is wrong")).to_have_class("label-group is-active")
    page.keyboard.press("m")
    expect(page.get_by_role("radio", name="made up")).to_be_checked()
    page.keyboard.press("4")
    expect(page.get_by_role("radio", name="4", exact=True)).to_be_checked()
    page.keyboard.press("c")
    box = page.get_by_role("textbox", name="Correction")
    expect(box).to_be_focused()
    expect(box).not_to_have_value("")
    box.fill("It was built in 1883.")
    page.keyboard.press("Control+Enter")
    expect(question(page)).not_to_have_text(first)
    expect(page.locator(".work-progress")).to_contain_text("1 by you")
    second = question(page).inner_text()
    page.keyboard.press("s")
    expect(question(page)).not_to_have_text(second)
    page.keyboard.press("u")
    expect(question(page)).to_have_text(first)
    expect(page.get_by_role("radio", name="No", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="made up")).to_be_checked()
    expect(box).to_have_value("It was built in 1883.")
    page.keyboard.press("e")
    expect(page.locator(".notice").last).to_contain_text("Added to the dataset by-keys")
    page.keyboard.press("Enter")
    expect(question(page)).not_to_have_text(first)
    expect(page.locator(".work-progress")).to_contain_text(
        "1 by you"
    )  # the next item shows before this one is saved
    with server.client() as client:
        (example,) = client.get("/v1/datasets/by-keys/examples").json()["examples"]
        assert (example["input"], example["expected"]) == ({"question": first}, "It was built in 1883.")
        done = client.get("/v1/queues/by-keys/items", params={"state": "done"}).json()["items"]
    assert [item["final"]["fault"] for item in done] == ["made up"]


@pytest.mark.usefixtures("answers")
def test_a_part_of_the_answer_is_marked(open_page: OpenPage, server: RunningServer) -> None:
    make_queue(server, "marking", labels=[LABELS[3]])
    page = open_page("/review/marking")
    listens(page)
    text = page.locator("[data-mark]")
    answer = text.inner_text()
    page.evaluate(
        """() => {
            const node = document.querySelector("[data-mark]").firstChild;
            const range = document.createRange();
            range.setStart(node, 4);
            range.setEnd(node, 14);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )
    page.keyboard.press("1")
    expect(text.locator("mark")).to_have_text(answer[4:14])
    expect(text).to_have_text(answer)
    expect(page.get_by_role("list", name="Marked parts")).to_contain_text(f"wrong: {answer[4:14]}")
    shown = question(page).inner_text()
    page.keyboard.press("Enter")
    expect(question(page)).not_to_have_text(shown)
    expect(page.locator(".work-progress")).to_contain_text(
        "1 by you"
    )  # the next item shows before this one is saved
    with server.client() as client:
        (item,) = client.get("/v1/queues/marking/items", params={"state": "done"}).json()["items"]
    assert item["final"]["parts"] == [{"start": 4, "end": 14, "label": "wrong"}]


@pytest.mark.usefixtures("answers")
def test_sources_open_beside_the_case(open_page: OpenPage, server: RunningServer) -> None:
    make_queue(server, "sources", labels=PLAIN)
    page = open_page("/review/sources")
    expect(page.locator(".case .source").first).to_be_visible()
    listens(page)
    page.keyboard.press("Shift+Digit1")
    expect(page.locator("#panel .in-passage").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_have_class("panel is-open")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of this page")).to_contain_text("Save, and go on")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()


@pytest.mark.usefixtures("answers")
def test_two_people_at_one_queue_see_different_items_until_one_leaves(
    open_page: OpenPage, server: RunningServer
) -> None:
    make_queue(server, "together", labels=PLAIN)
    one = open_page("/review/together", key=create_key(server, "bob", role="reviewer"))
    expect(question(one)).to_be_visible()
    expect(one.locator("#lock")).to_contain_text("Yours for 14:")
    first = question(one).inner_text()
    other = open_page("/review/together", key=create_key(server, "cyn", role="reviewer"))
    expect(question(other)).to_be_visible()
    expect(question(other)).not_to_have_text(first)
    one.goto(f"{server.url}/review")
    with server.client(create_key(server, "dan", role="reviewer")) as dan:
        deadline = time.monotonic() + _SECONDS
        while (case := dan.post("/v1/queues/together/next").json()["case"])["question"] != first:
            assert time.monotonic() < deadline, "the item of the page that was left stays locked"
            dan.post(f"/v1/queues/together/items/{case['item']['id']}/release").raise_for_status()


@pytest.mark.usefixtures("answers")
def test_blind_people_are_told_nothing_and_disputes_are_decided(
    open_page: OpenPage, server: RunningServer
) -> None:
    make_queue(server, "blind", labels=LABELS, annotators=2, blind=True)
    count = len(QUESTIONS)
    good, bad = {"correct": True, "help": 4}, {"correct": False, "help": 2, "fault": "outdated"}
    label_all(server, "blind", create_key(server, "eve", role="reviewer"), [good] * count)
    fay = create_key(server, "fay", role="reviewer")
    page = open_page("/review/blind", key=fay)
    expect(page.locator(".told")).to_contain_text("Blind")
    expect(page.get_by_text("doubtful", exact=True)).to_be_visible()
    expect(page.get_by_text("main@")).to_have_count(0)
    page.goto(f"{server.url}/review")
    label_all(server, "blind", fay, [bad, bad, *[good] * (count - 2)])
    page = open_page("/review/blind?view=disputed", key=create_key(server, "gil", role="reviewer"))
    expect(page.get_by_role("link", name="Disputed (2)")).to_be_visible()
    expect(page.locator(".said .is-apart")).to_have_count(3)
    expect(page.locator(".said")).to_contain_text("eve")
    expect(page.get_by_text("main@").first).to_be_visible()
    for _ in range(2):
        shown = question(page).inner_text()
        listens(page)
        page.keyboard.press("1")
        page.keyboard.press("ArrowDown")
        page.get_by_role("radio", name="3", exact=True).check()
        page.keyboard.press("Enter")
        expect(page.locator(".notice").last).to_contain_text("Decided")
        expect(page.get_by_text(shown)).to_have_count(0)
    expect(page.locator(".empty")).to_contain_text("That was the last one.")
    page.get_by_role("link", name="Agreement").click()
    expect(page.locator(".agreement").first).to_contain_text("Cohen’s κ")
    expect(page.locator(".agreement").first).to_contain_text("eve and fay")
    expect(page.locator(".people")).to_contain_text("12.0 s")


def test_a_queue_is_made_filled_and_paused_on_the_page(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/review", key=create_key(server, "hal", role="developer"))
    page.get_by_role("button", name="New queue").click()
    dialog = page.get_by_role("dialog", name="New queue")
    text = dialog.get_by_label("Queue, as YAML")
    text.fill(text.input_value().replace("thumb: down", "tumb: down").replace("first-look", "made-here"))
    dialog.get_by_role("button", name="Make the queue").click()
    expect(page.locator(".notice.is-problem")).to_contain_text("Did you mean 'thumb'?")
    page.reload()
    page.get_by_role("button", name="New queue").click()
    text.fill(text.input_value().replace("first-look", "made-here"))
    dialog.get_by_role("button", name="Make the queue").click()
    card = page.locator(".card").filter(has=page.get_by_role("link", name="made-here"))
    expect(card).to_be_visible()
    card.get_by_role("button", name="Fill from the past").click()
    expect(page.locator(".notice").last).to_contain_text("came in")
    card.get_by_role("button", name="Pause").click()
    expect(card.locator(".tag").first).to_have_text("paused")
    page.goto(f"{server.url}/review/made-here")
    expect(page.locator(".case, .empty").first).to_be_visible()


def test_who_may_see_review(open_page: OpenPage, server: RunningServer, console_errors: list[str]) -> None:
    page = open_page("/review", key=create_key(server, "ida", role="reviewer"))
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="New queue")).to_have_count(0)
    page = open_page("/", key=create_key(server, "shop", role="app"))
    expect(page.get_by_role("link", name="Review")).to_have_count(0)
    for path in ("/review", "/review/nowhere"):
        page.goto(f"{server.url}{path}")
        expect(page.get_by_role("heading")).to_have_text("This key may not see this page.")
    console_errors.clear()


@pytest.fixture(scope="session")
def weekly(server: RunningServer, answers: None) -> str:
    """A queue that two people are nearly through with, and mostly agree on."""
    name = "weekly-check"
    make_queue(server, name, labels=LABELS, annotators=2)
    good, bad = {"correct": True, "help": 4}, {"correct": False, "help": 2, "fault": "outdated"}
    says: dict[str, list[dict[str, Any]]] = {"jo": [good, bad, bad, good], "kim": [good, bad, good, good]}
    for person, say in says.items():
        label_all(server, name, create_key(server, person, role="reviewer"), say)
    return name


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(open_page: OpenPage, weekly: str, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/review", size=size, scheme=scheme)
    expect(page.locator(".card").first).to_be_visible()
    check(page, "review-queues", size, scheme)
    origin = page.url.removesuffix("/review")
    page.goto(f"{origin}/review/{weekly}")
    expect(question(page)).to_be_visible()
    listens(page)
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()
    check(page, "review-work", size, scheme)
    keep(page, "review", size, scheme)
    for view, shown in (("disputed", ".said"), ("agreement", ".agreement")):
        page.goto(f"{origin}/review/{weekly}?view={view}")
        expect(page.locator(shown).first).to_be_visible()
        check(page, f"review-{view}", size, scheme)
        if view == "agreement":
            keep(page, "review-agreement", size, scheme)


def keep(page: Page, name: str, size: tuple[int, int], scheme: str) -> None:
    """Make the picture that the guide shows, when pictures are made."""
    if os.environ.get(MAKE_PICTURE) and (size, scheme) == (WIDE, "light"):
        page.screenshot(path=README_PICTURE.with_name(f"{name}.png"))
