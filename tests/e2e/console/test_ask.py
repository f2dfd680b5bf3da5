from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.console.conftest import NARROW, WIDE, OpenPage
from tests.e2e.console.server import add_documents
from tests.e2e.running import RunningServer


def ask(page: Page, question: str, *, app: str | None = None, done: str = ".turn-facts") -> None:
    if app is not None:
        page.get_by_label("App", exact=True).select_option(app)
    turns = page.locator(".turn")
    before = turns.count()
    page.get_by_label("Question", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(turns).to_have_count(before + 1)
    expect(turns.last.locator(done)).to_be_visible()


def test_an_answer_shows_each_sentence_with_its_verdict(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "How many berths does the north quay have?")
    answer = page.locator(".answer")
    expect(answer).to_contain_text("34 berths")
    sentence = answer.locator(".sentence.is-supported").first
    expect(sentence).to_be_visible()
    assert sentence.evaluate("element => getComputedStyle(element).textDecorationStyle") == "solid"
    expect(page.get_by_label("Verdicts")).to_contain_text("supported")
    facts = page.locator(".turn-facts")
    expect(facts).to_contain_text("local:extractive")
    expect(facts).to_contain_text("free")
    sentence.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Supported")


def test_an_invented_sentence_stands_out_and_says_why(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "What is the speed limit inside of the breakwater?", app="doubtful")
    true, invented = (
        page.locator(".answer .sentence.is-supported"),
        page.locator(".answer .sentence.is-unsupported"),
    )
    expect(true.first).to_contain_text("4 knots")
    expect(invented.first).to_contain_text("4217 independent auditors")
    assert invented.first.evaluate("element => getComputedStyle(element).textDecorationStyle") == "wavy"
    expect(page.get_by_label("Verdicts")).to_contain_text("1 not supported")
    expect(page.locator(".turn-facts")).to_contain_text("price unknown")
    invented.first.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("Not supported")


def test_an_app_brings_its_own_collection(open_page: OpenPage, server: RunningServer) -> None:
    add_documents(server, "yard", {"depot.md": "# Depot\n\nThe depot of the yard holds 812 crates.\n"})
    page = open_page()
    ask(page, "How many crates does the depot of the yard hold?", app="elsewhere")
    expect(page.get_by_label("Collection", exact=True)).to_have_value("yard")
    expect(page.locator(".answer")).to_contain_text("812 crates")
    page.get_by_label("App", exact=True).select_option("ask")
    expect(page.get_by_label("Collection", exact=True)).to_have_value("docs")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_last_question_stands_above_with_its_answer_in_sight(
    open_page: OpenPage, size: ViewportSize
) -> None:
    page = open_page(size=size)
    for _ in range(2):
        ask(page, "How many berths does the north quay have?")
    ask(page, "How many berths does the north quay have?", app="failing", done=".callout")
    last = page.locator(".turn").last
    expect(last.get_by_role("heading")).to_be_in_viewport()
    composer = page.locator("#composer").bounding_box()
    assert composer is not None
    page.wait_for_function(
        "top => document.querySelector('.turn:last-child .callout').getBoundingClientRect().bottom <= top",
        arg=composer["y"],
    )


def test_an_answer_from_the_cache_says_so(open_page: OpenPage) -> None:
    page = open_page()
    for _ in range(2):
        ask(page, "How many berths does the north quay have, by the way?")
    expect(page.locator(".turn-facts").last).to_contain_text("from the cache")


def test_a_thumb_goes_to_the_trace(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page()
    ask(page, "How many steps does the climb have?")
    trace_id = page.locator("[data-copy]").last.get_attribute("data-copy")
    down = page.get_by_label("Bad answer")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    with server.client() as client:
        scores = client.get("/v1/feedback", params={"trace_id": trace_id}).json()["scores"]
        assert {score["name"]: score["value"] for score in scores} == {"thumb": 0, "accepted": 0}
    page.reload()
    expect(page.get_by_label("Bad answer").last).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Bad answer").last.click()
    expect(page.get_by_label("Bad answer").last).to_have_attribute("aria-pressed", "false")
    with server.client() as client:
        assert client.get("/v1/feedback", params={"trace_id": trace_id}).json() == {"scores": []}


def test_an_answer_that_hangs_is_stopped_by_a_key(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("App", exact=True).select_option("stalling")
    page.get_by_label("Question", exact=True).fill("What is the speed limit inside of the breakwater?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop the answer")).to_be_visible()
    expect(page.locator(".answer.is-writing")).to_contain_text("speed")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Send the question")).to_be_visible()


def test_a_failing_provider_is_told_with_what_to_do(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("App", exact=True).select_option("failing")
    page.get_by_label("Question", exact=True).fill("What is the speed limit?")
    page.keyboard.press("Enter")
    problem = page.locator(".turn").get_by_role("alert")
    expect(problem.locator(".callout-title")).not_to_be_empty()
    expect(problem.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_citation_opens_its_passage_at_its_place(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    ask(page, "How high does the spring tide reach in week 27?")
    page.locator(".answer .cite").first.click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Tide notes", exact=True).first).to_be_visible()
    expect(panel.locator(".in-span").first).to_contain_text("week 27")
    expect(panel.locator(".in-span").first).to_be_in_viewport()
    expect(panel.get_by_text("Week 1", exact=True)).not_to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()


def test_the_keyboard_alone_is_enough(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.type("How many steps")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("does the climb have?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn-facts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("body").press("g")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Knowledge", exact=True)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search documents")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="does the climb have?")).to_be_visible()


def test_what_the_documents_do_not_hold_is_not_made_up(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "Who won the chess championship of 1972?")
    expect(page.get_by_text("The documents do not answer this.")).to_be_visible()


def test_examples_are_offered_and_can_be_asked(open_page: OpenPage) -> None:
    page = open_page()
    example = page.locator(".example").first
    expect(example).to_be_visible()
    question = example.inner_text()
    example.click()
    expect(page.get_by_role("heading", name=question)).to_be_visible()
    expect(page.locator(".turn-facts")).to_be_visible()
    expect(page.locator(".examples")).not_to_be_visible()


def test_a_question_over_the_limit_is_not_sent(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Question", exact=True).fill("a" * 1001)
    expect(page.locator("#question-count")).to_have_text("1001 of 1000")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_label("Question", exact=True)).to_have_value("a" * 1001)


def test_an_error_is_a_plain_sentence_and_can_be_tried_again(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Question", exact=True).fill("\x01")
    page.keyboard.press("Enter")
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("question")
    problem.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn")).to_have_count(2)


def test_markup_in_documents_and_answers_does_nothing(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "When does the ferry to Saltholm leave?")
    expect(page.locator(".answer")).to_contain_text("noon")
    page.locator(".answer .cite").first.click()
    panel = page.locator("#panel")
    expect(panel.locator(".panel-body")).to_contain_text("window.hacked = 2")
    assert page.locator("#panel :is(script, img, iframe, a[href^='javascript'])").count() == 0
    assert page.locator(".turn :is(script, img, iframe)").count() == 0
    page.goto(page.url + "knowledge")
    page.get_by_role("button", name="Guest book").first.click()
    expect(panel.locator(".panel-body")).to_contain_text("window.hacked = 2")
    assert page.evaluate("window.hacked") is None


def test_a_question_with_markup_is_shown_as_it_was_typed(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, '<img src=x onerror="window.hacked=6"> speed limit inside of the breakwater?')
    expect(page.get_by_role("heading", name='<img src=x onerror="window.hacked=6">')).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name='<img src=x onerror="window.hacked=6">')).to_be_visible()
    assert page.evaluate("window.hacked") is None
