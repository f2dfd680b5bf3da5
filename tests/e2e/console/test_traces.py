"""The trace explorer, with runs that the server itself made."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.conftest import WIDE, OpenPage
from tests.e2e.console.server import create_key, revoke_key, run_app
from tests.e2e.console.test_looks import LOOKS, MAKE_PICTURE, check
from tests.e2e.running import RunningServer

SPEED = "Which speed limit holds inside of the breakwater?"
LAMP = "How high does the lamp of the lighthouse stand?"
HOSTILE = "Is <b>the harbour</b> open <script>window.hacked = 1</script> in winter?"
TICKET = "The lift is stuck on the third floor."
USER = "tamsin"
PICTURED = (
    "How many berths does the north quay have?",
    "Who built the lighthouse, and when?",
    "Until when is diesel sold at the south pier?",
    "How many steps does the climb have?",
    "Where does the ferry to Saltholm leave?",
    "Which rock band played at the summer fair in 1979?",
    "How high is the spring tide in week 12?",
)
_PICTURES = Path(__file__).parents[3] / "docs" / "images"


@pytest.fixture(scope="session")
def asked(server: RunningServer) -> dict[str, str]:
    """Runs of one user: checked, hostile, of the offline model, failed; question -> trace id."""
    ids = {}
    with server.client() as client:
        for question, app in ((SPEED, "doubtful"), (HOSTILE, "doubtful"), (LAMP, None)):
            body = {"question": question, "app": app, "user": USER, "conversation_id": "pier"}
            ids[question] = client.post("/ask", json=body).raise_for_status().json()["trace_id"]
        assert (
            client.post("/ask", json={"question": "Who?", "app": "failing", "user": USER}).status_code >= 500
        )
        thumb = {"trace_id": ids[SPEED], "thumb": "down", "comment": "Nobody confirmed anything."}
        client.post("/v1/feedback", json=thumb).raise_for_status()
    return ids


def rows(page: Page) -> Locator:
    return page.locator(".trace-row")


def open_list(open_page: OpenPage, query: str = "", **options: Any) -> Page:
    page = open_page(f"/traces?user={USER}{query}", **options)
    expect(rows(page).first).to_be_visible()
    return page


def open_run(open_page: OpenPage, trace_id: str, query: str = "", **options: Any) -> Page:
    page = open_page(f"/traces/{trace_id}{query}", **options)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


@pytest.mark.usefixtures("asked")
def test_a_row_says_what_was_asked_and_what_came_of_it(open_page: OpenPage) -> None:
    page = open_list(open_page)
    expect(rows(page)).to_have_count(4)
    row = rows(page).filter(has_text=SPEED)
    expect(row).to_contain_text("doubtful")
    expect(row).to_contain_text("main@")
    expect(row.locator(".mark.is-supported")).to_contain_text("1")
    expect(row.locator(".mark.is-unsupported")).to_contain_text("1")
    expect(row.get_by_role("img", name="Thumb down")).to_be_visible()
    expect(row.locator(".trace-time")).to_contain_text(re.compile(r"\d m?s"))
    expect(row.locator(".trace-cost")).to_have_text("unknown")
    failed = rows(page).filter(has_text="Who?")
    expect(failed.get_by_role("img", name="Failed")).to_be_visible()
    expect(rows(page).filter(has_text="<b>the harbour</b>")).to_have_count(1)
    assert page.evaluate("window.hacked") is None


ADDRESSES = {
    "&status=error": ["Who?"],
    "&status=ok&verdict=unsupported": [HOSTILE, SPEED],
    "&feedback=down": [SPEED],
    "&app=ask": [LAMP],
    "&text=breakwater%20knots": [SPEED],
    "&since=1h&abstained=false&text=lamp": [LAMP],
    "&conversation_id=pier&min_duration_ms=0&cached=false": [LAMP, HOSTILE, SPEED],
    "&purpose=trial": [],
    "&until=2020-01-01": [],
}
"""Filters beside the one of the user, and the questions that they find."""


@pytest.mark.usefixtures("asked")
def test_an_address_filters(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/traces")
    for query, found in ADDRESSES.items():
        page.goto(f"{server.url}/traces?user={USER}{query}")
        expect(page.locator(".trace-question")).to_have_text(found)
        chips = page.get_by_label("Filters that are set").locator(".filter-chip")
        expect(chips).to_have_count(1 + query.count("&"))
        expect(page.get_by_text("No run is found.")).to_be_visible(visible=not found)


@pytest.mark.usefixtures("asked")
def test_the_form_filters_as_it_changes_and_the_address_follows(open_page: OpenPage) -> None:
    page = open_list(open_page)
    page.get_by_label("Status", exact=True).select_option("error")
    expect(page.locator(".trace-question")).to_have_text(["Who?"])
    expect(page).to_have_url(re.compile(rf"/traces\?status=error&user={USER}$"))
    page.get_by_role("link", name="Without Status: Failed").click()
    expect(rows(page)).to_have_count(4)
    page.keyboard.press("/")
    page.keyboard.type("lamp")
    expect(page.locator(".trace-question")).to_have_text([LAMP])
    expect(page).to_have_url(re.compile("text=lamp"))
    page.reload()
    expect(page.locator(".trace-question")).to_have_text([LAMP])
    page.get_by_label("From", exact=True).last.fill("2026-03-29T02:30")
    expect(page).to_have_url(re.compile(r"since=2026-03-29T\d\d%3A\d0%3A00\.000Z"))


@pytest.mark.usefixtures("asked")
def test_what_cannot_be_read_of_an_address_is_left_out_and_told(open_page: OpenPage) -> None:
    page = open_list(open_page, "&status=nonsense&min_cost_usd=cheap&key_id=7")
    notice = page.locator(".notice.is-problem")
    for word in ("nonsense", "cheap", "Key"):
        expect(notice).to_contain_text(word)
    expect(page.locator(".filter-chip")).to_have_count(1)
    expect(rows(page)).to_have_count(4)


@pytest.mark.usefixtures("asked")
def test_keys_go_through_the_list_into_a_run_and_back(open_page: OpenPage) -> None:
    page = open_list(open_page)
    page.keyboard.press("j")
    expect(rows(page).nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(LAMP)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"/traces\?user={USER}"))
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_label("Question", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Traces")).to_be_visible()


def test_older_runs_come_on_demand(open_page: OpenPage, server: RunningServer) -> None:
    for number in range(52):
        run_app(server, "triage", ticket=f"Number {number}.", language="German")
    page = open_page("/traces?app=triage&text=Number")
    expect(rows(page)).to_have_count(50)
    page.get_by_role("button", name="Older").click()
    expect(rows(page)).to_have_count(52)
    expect(rows(page).last).to_contain_text("Number 0.")
    expect(page.get_by_role("button", name="Older")).to_be_hidden()


def test_a_live_list_shows_what_comes_until_the_key_is_revoked(
    open_page: OpenPage, server: RunningServer
) -> None:
    run_app(server, "triage", ticket="Quayside lamp is broken.")
    page = open_page("/traces?text=quayside", key=create_key(server, "watcher", role="reviewer"))
    expect(rows(page)).to_have_count(1)
    page.get_by_role("switch", name="Live").check()
    run_app(server, "triage", ticket="Quayside lamp is still broken.")
    expect(rows(page).first).to_contain_text("still broken")
    expect(rows(page)).to_have_count(2)
    revoke_key(server, "watcher")
    expect(page).to_have_url(re.compile("/sign-in$"))


@pytest.mark.usefixtures("asked")
def test_a_view_is_saved_for_everybody_and_deleted(open_page: OpenPage, server: RunningServer) -> None:
    page = open_list(open_page, "&status=error")
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name").fill("Failures of Tamsin")
    page.keyboard.press("Enter")
    here = page.get_by_label("Saved views").get_by_role("link", name="Failures of Tamsin")
    expect(here).to_have_attribute("aria-current", "page")
    other = open_page("/traces", key=create_key(server, "viewer", role="reviewer"))
    other.get_by_role("link", name="Failures of Tamsin").click()
    expect(other.locator(".trace-question")).to_have_text(["Who?"])
    other.get_by_role("button", name="Delete the view Failures of Tamsin").click()
    expect(other.get_by_role("link", name="Failures of Tamsin")).to_have_count(0)


@pytest.mark.usefixtures("asked")
def test_what_the_filter_finds_is_exported(open_page: OpenPage) -> None:
    page = open_list(open_page, "&verdict=unsupported")
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON Lines").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["input"]["input"]["question"] for line in lines] == [HOSTILE, SPEED]
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Parquet").click()
    assert download.value.suggested_filename.endswith(".parquet")
    assert download.value.path().read_bytes().startswith(b"PAR1")


def test_a_run_shows_answer_steps_and_feedback(open_page: OpenPage, asked: dict[str, str]) -> None:
    page = open_run(open_page, asked[SPEED])
    expect(page.locator(".answer .sentence.is-supported").first).to_contain_text("4 knots")
    expect(page.locator(".answer .sentence.is-unsupported").first).to_contain_text(
        "4217 independent auditors"
    )
    steps = page.get_by_role("tree", name="Steps of the run")
    for name in ("POST /ask", "retrieval", "prompt", "chat assistant", "verification"):
        expect(steps.get_by_role("treeitem").filter(has_text=name).first).to_be_visible()
    scores = page.get_by_label("Feedback and scores")
    expect(scores).to_contain_text("Nobody confirmed anything.")
    relatives = page.get_by_label("The same conversation")
    expect(relatives.locator(".trace-row")).to_have_count(2)
    page.locator(".cite").first.click()
    expect(page.locator("#panel .in-span")).to_contain_text("4 knots")
    page.keyboard.press("Escape")
    variant = page.get_by_role("link", name=re.compile("^main@"))
    variant.first.click()
    expect(page.locator("#chosen-variant .code").first).to_be_visible()


def test_the_score_of_a_judge_has_how_far_it_agrees_with_people_beside_it(
    open_page: OpenPage, server: RunningServer
) -> None:
    with server.client() as client:
        trace_id = client.post("/ask", json={"question": LAMP, "app": "judged"}).json()["trace_id"]
        deadline = time.monotonic() + 60
        while not client.get("/v1/feedback", params={"trace_id": trace_id}).json()["scores"]:
            assert time.monotonic() < deadline, client.get("/v1/online").json()
            time.sleep(0.1)
    page = open_run(open_page, trace_id)
    row = page.get_by_label("Feedback and scores").get_by_role("row").filter(has_text="judge:tone")
    expect(row.locator(".tag")).to_have_text("not calibrated")


def test_steps_are_walked_folded_and_opened_by_keys(open_page: OpenPage, asked: dict[str, str]) -> None:
    page = open_run(open_page, asked[SPEED])
    items = page.get_by_role("treeitem")
    expect(items.first).to_be_visible()
    before = items.count()
    page.get_by_role("tree").focus()
    page.keyboard.press("ArrowLeft")
    expect(items.first).to_have_attribute("aria-expanded", "false")
    expect(items).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(items).to_have_count(before)
    while items.filter(has_text="retrieval").get_attribute("aria-selected") != "true":
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", name="retrieval")).to_be_visible()
    expect(panel).to_contain_text(SPEED)
    page.keyboard.press("j")
    expect(panel.get_by_role("heading", level=2)).not_to_have_text("retrieval")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tree")).to_be_focused()


def test_a_failed_run_shows_why_and_every_try(open_page: OpenPage) -> None:
    page = open_page(f"/traces?user={USER}&status=error")
    rows(page).first.click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("upstream_failed|circuit_open"))
    expect(page.locator(".wf-row.is-error").filter(has_text="chat").first).to_be_visible()
    expect(page.get_by_role("button", name="Add to dataset")).to_have_count(0)


def test_the_exact_prompt_has_its_sources(open_page: OpenPage, asked: dict[str, str]) -> None:
    page = open_run(open_page, asked[HOSTILE], "?view=prompt")
    user = page.get_by_role("article", name="User").last
    expect(user).to_contain_text("<b>the harbour</b>")
    expect(user).to_contain_text("is open all year round")
    expect(page.get_by_role("article", name="System").last).to_contain_text("numbered sources")
    expect(page.get_by_role("article", name="Assistant").last).to_contain_text("4217 independent auditors")
    assert page.evaluate("window.hacked") is None
    page.get_by_role("button", name="Open source 1").click()
    expect(page.locator("#panel .in-passage").first).to_be_visible()


def test_a_replay_shows_two_answers_side_by_side(open_page: OpenPage, server: RunningServer) -> None:
    run_app(server, "triage", ticket=TICKET)
    page = open_page("/traces?text=third%20floor&purpose=serve")
    rows(page).first.click()
    page.get_by_role("link", name="Replay").click()
    expect(page.get_by_label("Variant")).to_have_value(re.compile("^terse@"))
    page.get_by_role("button", name="Replay").click()
    trial = page.get_by_role("article", name=f"Trial: {TICKET}")
    expect(trial.get_by_role("region", name=re.compile("^Earlier: main@"))).to_contain_text("$0.0000")
    now = trial.get_by_role("region", name=re.compile("^Now: terse@"))
    expect(now).to_contain_text("Time")
    expect(now.locator("ins").first).to_be_visible()
    now.get_by_role("link", name="Trace").click()
    expect(page.locator(".trace-tags")).to_contain_text("trial")


def test_a_run_becomes_an_example(open_page: OpenPage, asked: dict[str, str], server: RunningServer) -> None:
    page = open_run(open_page, asked[SPEED], key=create_key(server, "curator", role="reviewer"))
    for notice in ("Added to harbour.", "harbour has this example already."):
        page.get_by_role("button", name="Add to dataset").click()
        page.get_by_label("Dataset", exact=True).fill("harbour")
        page.get_by_label("Expected").fill("4 knots.")
        page.get_by_label("Tags").fill("speed, harbour")
        page.get_by_role("button", name="Add the example").click()
        expect(page.locator(".notice").filter(has_text=notice)).to_be_visible()
    with server.client() as client:
        (example,) = client.get("/v1/datasets/harbour/examples").raise_for_status().json()["examples"]
    assert example["input"] == {"question": SPEED}
    assert example["expected"] == "4 knots."
    assert example["tags"] == ["speed", "harbour"]
    assert example["provenance"]["trace_id"] == asked[SPEED]
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    expect(page.get_by_role("link", name="Replay")).to_have_count(0)


def test_a_shared_link_needs_no_key(
    open_page: OpenPage, asked: dict[str, str], console_errors: list[str]
) -> None:
    page = open_run(open_page, asked[SPEED])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Valid for").select_option("an hour")
    page.get_by_role("button", name="Make a link").click()
    field = page.get_by_label("Link", exact=True)
    expect(field).to_have_value(re.compile("/shared/"))
    address = field.input_value()
    assert page.evaluate("navigator.clipboard.readText()") == address
    path = "/" + address.split("/", 3)[3]
    visitor = open_page(path, key="")
    expect(visitor.get_by_role("heading", level=1)).to_have_text(SPEED)
    expect(visitor.locator(".answer .sentence.is-unsupported").first).to_be_visible()
    expect(visitor.get_by_role("navigation")).to_have_count(0)
    expect(visitor.get_by_role("button", name="Share")).to_have_count(0)
    visitor.get_by_role("treeitem").filter(has_text="retrieval").click()
    expect(visitor.get_by_role("complementary")).to_contain_text("docs")
    assert visitor.evaluate("document.cookie") == ""
    forged = open_page(path.replace("/shared/", "/shared/x"), key="")
    expect(forged.get_by_role("heading")).to_contain_text("not made by this server")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Take back")).to_have_count(0)
    ended = open_page(path, key="")
    expect(ended.get_by_role("heading")).to_contain_text("taken the link back")
    assert sum("403" in error for error in console_errors) == 2
    console_errors.clear()


def test_steps_of_other_services_stand_in_the_same_tree(open_page: OpenPage, server: RunningServer) -> None:
    """A trace of 2,000 spans: only those in sight are in the page, and the last one is a key away."""
    trace_id, root = secrets.token_hex(16), secrets.token_hex(8)
    with server.client() as client:
        header = {"traceparent": f"00-{trace_id}-{root}-01"}
        client.post("/ask", json={"question": SPEED, "app": "doubtful"}, headers=header).raise_for_status()
        client.post("/v1/otlp/traces", json=make_foreign(trace_id, root, 2000)).raise_for_status()
    page = open_run(open_page, trace_id)
    expect(page.locator(".wf-count")).to_contain_text(re.compile(r"^2,0\d\d steps"))
    first = page.get_by_role("treeitem").first
    expect(first).to_contain_text("POST /checkout")
    expect(first.locator(".tag")).to_have_text("shop")
    assert page.get_by_role("treeitem").count() < 100
    page.get_by_role("tree").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("order 1999")
    expect(page.locator(".wf-row.is-current")).to_be_in_viewport()


def make_foreign(trace_id: str, root: str, number: int) -> dict[str, Any]:
    now = time.time_ns()
    spans = [_foreign_span(trace_id, root, None, "POST /checkout", now - 1_000_000_000)]
    for place in range(number):
        began = now + place * 1_000_000
        spans.append(_foreign_span(trace_id, secrets.token_hex(8), root, f"order {place}", began))
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "shop"}, "spans": spans}]}]
    }


def _foreign_span(trace_id: str, span_id: str, parent: str | None, name: str, began: int) -> dict[str, Any]:
    span = {
        "traceId": trace_id,
        "spanId": span_id,
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(began),
        "endTimeUnixNano": str(began + 900_000),
    }
    return span if parent is None else {**span, "parentSpanId": parent}


@pytest.mark.usefixtures("asked")
def test_who_may_not_see_traces(
    open_page: OpenPage, server: RunningServer, asked: dict[str, str], console_errors: list[str]
) -> None:
    key = create_key(server, "asker", role="app")
    page = open_page("/traces", key=key)
    expect(page.get_by_role("heading")).to_contain_text("may not see")
    page.goto(f"{server.url}/traces/{asked[SPEED]}")
    expect(page.get_by_role("heading")).to_contain_text("may not see")
    assert page.context.request.get(f"{server.url}/console/export-traces").status == 403
    with httpx.Client(base_url=server.url, trust_env=False) as stranger:
        assert stranger.get("/console/export-traces").status_code == 401
    page.goto(f"{server.url}/")
    expect(page.get_by_role("link", name="Traces")).to_have_count(0)
    console_errors.clear()


def test_a_trace_that_is_not_there(open_page: OpenPage, console_errors: list[str]) -> None:
    page = open_page(f"/traces/{'0' * 32}")
    expect(page.get_by_role("heading")).to_contain_text("There is no trace")
    assert any("404" in error for error in console_errors)
    console_errors.clear()


def make_pictures(open_page: OpenPage, server: RunningServer) -> None:
    """Take the pictures of the docs, with runs of all sorts."""
    with server.client() as client:
        for place, question in enumerate(PICTURED):
            user, app = ("ines", "doubtful") if place % 3 else ("noor", None)
            asked = client.post("/ask", json={"question": question, "app": app, "user": user})
            if place in {2, 5}:
                thumb = {"trace_id": asked.json()["trace_id"], "thumb": "up" if place == 2 else "down"}
                client.post("/v1/feedback", json=thumb).raise_for_status()
        client.post("/ask", json={"question": "When does the bus leave?", "app": "failing"})
        client.post("/ask", json={"question": PICTURED[0], "user": "noor"}).raise_for_status()
    run_app(
        server, "triage", ticket="The card reader at the fuel pump declines every card since this morning."
    )
    page = open_page("/traces", size=WIDE)
    expect(rows(page).first).to_be_visible()
    page.screenshot(path=_PICTURES / "traces.png")
    rows(page).filter(has_text=PICTURED[1]).first.click()
    expect(page.locator(".wf-row").first).to_be_visible()
    page.screenshot(path=_PICTURES / "trace.png")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(
    open_page: OpenPage, server: RunningServer, asked: dict[str, str], size: tuple[int, int], scheme: str
) -> None:
    if os.environ.get(MAKE_PICTURE) and (size, scheme) == (WIDE, "light"):
        make_pictures(open_page, server)
    page = open_page("/traces", size=size, scheme=scheme)
    expect(rows(page).first).to_be_visible()
    check(page, "traces", size, scheme)
    page.get_by_text("More filters").click()
    page.get_by_text("Export").click()
    check(page, "traces-filters", size, scheme)
    origin = page.url.partition("/traces")[0]
    for view, shown in {"run": ".wf-row", "prompt": ".message", "replay": ".try-bar"}.items():
        page.goto(f"{origin}/traces/{asked[SPEED]}?view={view}")
        expect(page.locator(shown).first).to_be_visible()
        check(page, f"trace-{view}", size, scheme)
        if view == "run":
            page.get_by_role("treeitem").filter(has_text="chat").first.click()
            expect(page.locator("#panel.is-open .span-facts").first).to_be_visible()
            check(page, "trace-step", size, scheme)
