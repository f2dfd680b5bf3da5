"""<answerable-ask> in a page of another origin, under a strict content security policy."""

from __future__ import annotations

import time
from typing import Any

import httpx
from playwright.sync_api import Page, Route, expect

from tests.e2e.console.embed.conftest import OpenProduct
from tests.e2e.running import RunningServer

_SECONDS = 30


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn").last.locator(".actions")).to_be_visible()


def find_run(server: RunningServer, question: str, **wanted: Any) -> dict[str, Any]:
    """Return the trace of a question, with its scores by name, once it is as wanted."""
    deadline = time.monotonic() + _SECONDS
    while True:
        with server.client() as client:
            traces = client.get("/v1/traces", params={"limit": 200}).raise_for_status().json()["traces"]
            found: list[dict[str, Any]] = [
                t for t in traces if t["input"]["input"].get("question") == question
            ]
            if found:
                scores = client.get("/v1/feedback", params={"trace_id": found[0]["id"]}).json()["scores"]
                run = {**found[0], "scores": {score["name"]: score for score in scores}}
                if all(run[name] == value for name, value in wanted.items()):
                    return run
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_a_question_from_another_origin_is_answered_and_its_thumb_arrives(
    open_product: OpenProduct, asked: RunningServer
) -> None:
    page = open_product()
    question = "How many berths does the north quay have?"
    ask(page, question)
    answer = page.locator(".answer")
    expect(answer).to_contain_text("34 berths")
    expect(answer.locator(".mark.supported").first).to_be_visible()
    expect(page.locator(".verdicts")).to_contain_text("supported")
    up = page.get_by_label("Good answer")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    page.get_by_label("What was good or bad about it?").fill("Just what I needed.")
    send = page.get_by_role("button", name="Send comment")
    send.click()
    expect(send).to_be_hidden()  # it goes once the comment has arrived
    run = find_run(asked, question, thumb=1)
    assert (run["user"], run["accepted"]) == ("customer-17", True)
    assert run["scores"]["comment"]["text"] == "Just what I needed."
    assert run["scores"]["thumb"]["by"] == "customer-17"
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    assert "thumb" not in find_run(asked, question, thumb=None)["scores"]


def test_a_screen_reader_hears_the_answer_once_it_is_whole(open_product: OpenProduct) -> None:
    page = open_product()
    ask(page, "Who built the lighthouse, and when?")
    expect(page.get_by_role("status")).to_contain_text("Margaret Dunne")
    expect(page.locator(".answer")).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("log", name="Ask the harbour office")).to_have_attribute("aria-live", "off")


def test_the_keyboard_alone_is_enough(open_product: OpenProduct) -> None:
    page = open_product()
    page.get_by_label("Question", exact=True).focus()
    page.keyboard.type("Where is diesel")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("sold?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("south pier")
    page.get_by_label("Bad answer").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Bad answer")).to_have_attribute("aria-pressed", "true")


def test_a_citation_opens_its_source_at_its_place(open_product: OpenProduct) -> None:
    page = open_product()
    ask(page, "How high does the spring tide reach in week 27?")
    opener = page.locator(".answer .cite").first
    opener.click()
    source = page.get_by_role("dialog", name="Source")
    expect(source.locator("mark")).to_contain_text("week 27")
    expect(source).to_contain_text("Tide notes")
    page.keyboard.press("Escape")
    expect(source).not_to_be_visible()
    opener.press("Enter")
    source.get_by_role("button", name="Close").press("Enter")
    expect(source).not_to_be_visible()
    expect(opener).to_be_focused()


def test_copying_is_a_signal(open_product: OpenProduct, asked: RunningServer) -> None:
    page = open_product()
    question = "What is the speed limit inside of the breakwater?"
    ask(page, question)
    page.get_by_label("Copy the answer").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert "4 knots" in page.evaluate("navigator.clipboard.readText()")
    assert "[1]" not in page.evaluate("navigator.clipboard.readText()")
    run = find_run(asked, question, accepted=True)
    assert run["scores"]["copied"]["value"] == 1


def test_markup_in_answers_and_sources_does_nothing(open_product: OpenProduct) -> None:
    page = open_product()
    ask(page, "When does the ferry to Saltholm leave?")
    expect(page.locator(".answer")).to_contain_text("noon")
    page.locator(".answer .cite").first.click()
    source = page.get_by_role("dialog", name="Source")
    expect(source).to_contain_text("window.hacked")
    assert page.locator("answerable-ask :is(script, img, iframe, object, embed)").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_hostile_server_is_taken_by_its_text_alone(open_product: OpenProduct) -> None:
    """Every field of the wire format with markup in it, a link that is code, and places out of range."""
    page = open_product()
    evil = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
    passage = (
        f'{{"number":1,"title":"{evil}","uri":"javascript:window.hacked=2","text":"{evil}",'
        f'"heading_path":["{evil}"],"page":"{evil}"}}'
    )
    citation = (
        f'{{"start":0,"end":5,"markers":[1],"verdict":"{evil.replace(" ", "")}","source":1,"passage_start":0,'
        f'"passage_end":99999,"reason":"{evil}"}}'
    )
    beyond = citation.replace('"start":0', '"start":90').replace('"end":5', '"end":99999')
    body = (
        f'event: sources\ndata: {{"passages":[{passage}]}}\n\n'
        f'event: delta\ndata: {{"text":"{evil}"}}\n\n'
        f'event: done\ndata: {{"answer":"{evil} **{evil}** `{evil}` [1] [7]","citations":[{citation},{beyond}],'
        f'"feedback_token":"{evil}","trace_id":"{evil}"}}\n\n'
    )
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/event-stream"}

    def answer(route: Route) -> None:
        route.fulfill(status=200, headers=headers, body=body)

    page.route("**/ask", answer)
    ask(page, evil)
    expect(page.locator(".answer")).to_contain_text("<script>")
    page.locator(".sources button").first.click()
    source = page.get_by_role("dialog", name="Source")
    expect(source).to_contain_text("onerror")
    assert source.locator("a").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_stopped_answer_is_an_abandoned_one(open_product: OpenProduct, asked: RunningServer) -> None:
    page = open_product()
    page.route(
        "**/answerable-session",
        lambda route: route.fulfill(json={"token": _make_session(asked, "stalling")}),
    )
    question = "What is the speed limit inside of the breakwater, please?"
    page.get_by_label("Question", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("speed")
    page.keyboard.press("Escape")
    expect(page.locator(".turn")).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    run = find_run(asked, question, status="cancelled", accepted=False)
    assert run["scores"]["abandoned"]["value"] == 1


def test_a_session_that_is_over_is_made_again(
    open_product: OpenProduct, asked: RunningServer, console_errors: list[str]
) -> None:
    page = open_product()
    tokens = ["ses_over.over", _make_session(asked, "ask")]
    page.route("**/answerable-session", lambda route: route.fulfill(json={"token": tokens.pop(0)}))
    ask(page, "Is petrol sold in the harbour?")
    expect(page.locator(".answer")).to_contain_text("Petrol is not sold")
    assert tokens == []
    assert [said for said in console_errors if "401" not in said] == []
    console_errors.clear()  # the browser logs the 401


def test_a_problem_is_told_and_can_be_tried_again(
    open_product: OpenProduct, asked: RunningServer, console_errors: list[str]
) -> None:
    page = open_product()
    page.route("**/answerable-session", lambda route: route.fulfill(json={"token": "ses_a.b"}))
    page.get_by_label("Question", exact=True).fill("Is petrol sold in the harbour?")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_contain_text("The session is not valid.")
    page.unroute("**/answerable-session")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".answer")).to_contain_text("Petrol is not sold")
    expect(page.locator(".turn")).to_have_count(1)
    console_errors.clear()  # the browser logs the 401


def test_a_follow_up_belongs_to_the_conversation_until_a_new_one(
    open_product: OpenProduct, asked: RunningServer
) -> None:
    page = open_product()
    for question in ("How many steps does the climb have?", "When is it open?"):
        ask(page, question)
    first, second = (
        find_run(asked, question)["conversation_id"]
        for question in ("How many steps does the climb have?", "When is it open?")
    )
    assert first == second
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "Where is diesel sold?")
    assert find_run(asked, "Where is diesel sold?")["conversation_id"] != first


def test_an_origin_that_is_not_allowed_gets_nothing(asked: RunningServer, product: Any) -> None:
    with httpx.Client(base_url=asked.url, trust_env=False) as client:
        for path in ("/ask", "/v1/feedback", "/v1/apps/ask/run"):
            asking = {
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            }
            allowed = client.options(path, headers={"Origin": product.url, **asking})
            assert allowed.headers["access-control-allow-origin"] == product.url
            assert "access-control-allow-credentials" not in allowed.headers
            refused = client.options(path, headers={"Origin": "https://elsewhere.example", **asking})
            assert refused.status_code == 400
            assert "access-control-allow-origin" not in refused.headers
        for path in ("/v1/sessions", "/v1/keys", "/v1/traces", "/"):
            answer = client.options(
                path, headers={"Origin": product.url, "Access-Control-Request-Method": "POST"}
            )
            assert "access-control-allow-origin" not in answer.headers


def _make_session(server: RunningServer, app: str) -> str:
    with server.client() as client:
        token: str = client.post("/v1/sessions", json={"app": app, "user": "customer-17"}).json()["token"]
        return token
