"""The pages of apps. Tests that change an app have one of their own: `intake`, `sorting`; `triage` stays as it is."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.console.conftest import NARROW, WIDE, OpenPage
from tests.e2e.console.server import create_key, run_app
from tests.e2e.console.test_looks import LOOKS, check
from tests.e2e.running import RunningServer

TICKETS = ("The invoice was charged twice.", "Nothing works since this morning.")


@pytest.fixture(scope="session")
def past(server: RunningServer) -> None:
    """Two past runs of `triage`, by the variant in production."""
    for ticket in TICKETS:
        run_app(server, "triage", ticket=ticket)


def variant_card(page: Page, name: str) -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("heading", name=name, exact=True))


def side(trial: Locator, title: str) -> Locator:
    return trial.locator(".trial-side").filter(has_text=title)


@pytest.mark.usefixtures("past")
def test_the_list_says_what_answers_and_what_the_day_came_to(open_page: OpenPage) -> None:
    page = open_page("/apps")
    card = variant_card(page, "triage")
    expect(card).to_contain_text("Sorts a support ticket")
    expect(card.locator(".chip.is-production")).to_contain_text("main@")
    expect(card).to_contain_text("demo:priced")
    expect(card).to_contain_text("Runs in 24 h")
    expect(variant_card(page, "sorting")).to_contain_text("none")
    card.click()
    expect(page.get_by_role("heading", name="triage", exact=True)).to_be_visible()
    assert page.url.endswith("/apps/triage")
    assert page.title() == "triage - Answerable"


def test_a_variant_is_explained_to_the_last_setting(open_page: OpenPage) -> None:
    page = open_page("/apps/triage")
    names = page.locator(".card h3")
    expect(names).to_have_text(["terse", "main"])
    card = variant_card(page, "terse")
    expect(card.locator(".chip")).to_have_text("candidate")
    expect(card).to_contain_text("demo:assistant → demo:priced")
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(card.get_by_role("region", name="Prompt")).to_contain_text("briefly. Answer in {{ language }}")
    expect(card.get_by_role("region", name="Settings")).to_contain_text("max_tokens: 200")
    expect(card.get_by_role("region", name="Settings")).to_contain_text("first_token: 60.0")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_two_variants_are_compared(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page("/apps/triage", size=size)
    variant_card(page, "terse").get_by_role("link", name="Compare production with").click()
    settings = page.locator(".change").filter(has_text="max_tokens")
    expect(settings.locator(".is-before")).to_have_text("512")
    expect(settings.locator(".is-after")).to_have_text("200")
    prompt = page.locator(".change").filter(has_text="prompt.template")
    expect(prompt.locator("ins").first).to_contain_text("briefly")
    expect(prompt.locator(".is-same").filter(has_text="window.hacked = 1").first).to_be_visible()
    expect(prompt.locator("b")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
    page.get_by_role("link", name="Swap").click()
    expect(settings.locator(".is-before")).to_have_text("200")
    page.get_by_label("To").select_option(
        label=page.get_by_label("From").locator("option").first.inner_text()
    )
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("These two are the same.")).to_be_visible()


def test_a_label_moves_with_a_reason_and_the_history_says_who(
    open_page: OpenPage, server: RunningServer
) -> None:
    page = open_page("/apps/intake", key=create_key(server, "ana", role="developer"))
    history = page.get_by_label("History of the labels")
    expect(history.locator(".move")).to_have_count(2)
    variant_card(page, "terse").get_by_role("button", name="Label terse@").click()
    dialog = page.get_by_role("dialog", name="Label terse@")
    expect(dialog.get_by_label("Label", exact=True)).to_have_value("production")
    dialog.get_by_role("button", name="Move the label").click()
    expect(dialog, "a reason is needed").to_be_visible()
    dialog.get_by_label("Reason").fill("Shorter, and as good on 40 tickets.")
    dialog.get_by_role("button", name="Move the label").click()
    expect(page.locator(".notice")).to_contain_text("production is on terse@")
    expect(variant_card(page, "terse").locator(".chip")).to_have_text(["production", "candidate"])
    expect(history.locator(".move").first).to_contain_text("Shorter, and as good on 40 tickets.")
    expect(history.locator(".move").first).to_contain_text("by ana")
    with server.client() as client:
        answer = client.post("/v1/apps/intake/run", json={"input": {"ticket": "Hello."}}).json()
    assert answer["variant"].startswith("terse@")


@pytest.mark.usefixtures("past")
def test_a_variant_is_tried_on_past_inputs(open_page: OpenPage) -> None:
    page = open_page("/apps/triage")
    variant_card(page, "terse").get_by_role("link", name="Try terse@").click()
    page.get_by_role("button", name="Run on the chosen").click()
    expect(page.locator(".notice.is-problem")).to_contain_text("No past input is chosen")
    for ticket in TICKETS:
        page.get_by_role("checkbox", name=ticket).check()
    page.get_by_role("button", name="Run on the chosen").click()
    expect(page.locator(".trials-summary")).to_contain_text("2 of 2 trials done")
    trial = page.locator(".trial").filter(has_text=TICKETS[0])
    expect(trial.locator(".trial-head .tag")).to_have_text("other output")
    expect(side(trial, "Earlier")).to_contain_text("main@")
    expect(side(trial, "Earlier").locator(".facts")).to_contain_text("Cost$0.0000")
    expect(side(trial, "Now")).to_contain_text("terse@")
    expect(side(trial, "Now").locator(".output")).to_contain_text('"summary": "Ticket: The invoice')
    expect(side(trial, "Now").locator(".facts")).to_contain_text("price unknown")
    expect(side(trial, "Now").locator(".facts")).to_contain_text("demo:assistant")
    expect(page.locator(".trials-summary")).to_contain_text("2 runs of unknown price")


def test_an_input_of_ones_own_is_checked_and_run(open_page: OpenPage) -> None:
    page = open_page("/apps/sorting?view=try&variant=main")
    expect(page.get_by_text("The app has not been run yet.")).to_be_visible()
    form = page.locator(".input-form")
    form.get_by_role("button", name="Run on this input").click()
    expect(page.locator(".trial"), "a required field is empty").to_have_count(0)
    form.get_by_label("ticket").fill("The lamp is broken.")
    form.get_by_label("language").select_option("German")
    form.get_by_label("flagged").select_option("yes")
    form.get_by_label("photo").set_input_files(_photo())
    page.keyboard.press("Tab")
    form.get_by_role("button", name="Run on this input").press("Enter")
    expect(page.locator(".trials-summary")).to_contain_text("1 of 1 trial done")
    expect(page.locator(".trial .output")).to_contain_text("The lamp is broken. (flagged)")
    page.reload()
    past = page.locator(".past-entry").first
    expect(past).to_contain_text("Its file was not kept")
    expect(past.get_by_role("checkbox")).to_be_disabled()


def test_a_trial_that_fails_says_why(open_page: OpenPage) -> None:
    page = open_page("/apps/failing?view=try")
    page.get_by_label("question").fill("What is the speed limit inside of the breakwater?")
    page.get_by_role("button", name="Run on this input").click()
    trial = page.locator(".trial")
    expect(trial.locator(".trial-head .tag")).to_have_text("failed")
    expect(trial.locator(".callout-title")).not_to_be_empty()
    expect(trial.locator(".facts")).to_contain_text("price unknown")


def test_a_trial_that_hangs_is_stopped(open_page: OpenPage) -> None:
    page = open_page("/apps/stalling?view=try")
    page.get_by_label("question").fill("What is the speed limit inside of the breakwater?")
    page.get_by_role("button", name="Run on this input").click()
    expect(page.locator(".trial-head .tag")).to_have_text("running")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".trial-head .tag")).to_have_text("stopped")
    expect(page.get_by_role("button", name="Stop")).not_to_be_visible()


def test_a_draft_is_checked_registered_and_tried(open_page: OpenPage) -> None:
    page = open_page("/apps/sorting?view=try&variant=main")
    page.get_by_role("link", name="New draft from it").click()
    expect(page.get_by_label("Name")).to_have_value("draft-1")
    prompt = page.get_by_label("Prompt")
    text = prompt.input_value()
    prompt.fill(text.replace("{{ ticket }}", "{{ tickets }}"))
    page.get_by_label("Name").fill("main")
    page.get_by_role("button", name="Register and try").click()
    problem = page.locator(".notice.is-problem")
    expect(problem).to_contain_text("'main' is taken")
    expect(problem).to_contain_text("line 6: The variable 'tickets' is not declared. Did you mean 'ticket'?")
    prompt.fill(text.replace("The ticket:", "Please sort:"))
    page.get_by_label("Name").fill("polite")
    page.get_by_label("Temperature").fill("0.7")
    page.get_by_role("button", name="Register and try").click()
    expect(page.get_by_label("Variant")).to_have_value(re.compile("^polite@"))
    page.locator(".input-form").get_by_label("ticket").fill("The kettle is cold.")
    page.get_by_role("button", name="Run on this input").click()
    expect(page.locator(".trial .output")).to_contain_text("Please sort: The kettle")
    page.goto(page.url.partition("?")[0])
    expect(variant_card(page, "polite")).to_be_visible()
    expect(variant_card(page, "polite").locator(".chip"), "no label moved").to_have_count(0)


def test_who_may_see_and_who_may_change(
    open_page: OpenPage, server: RunningServer, console_errors: list[str]
) -> None:
    page = open_page("/apps/triage", key=create_key(server, "looker", role="reviewer"))
    expect(variant_card(page, "terse")).to_be_visible()
    expect(page.get_by_role("button", name="Label")).to_have_count(0)
    expect(page.get_by_role("link", name="Try")).to_have_count(0)
    page.goto(f"{server.url}/apps/triage?view=try")
    expect(page.locator(".tab[aria-current]"), "the view falls back").to_have_text("Variants")
    page = open_page("/", key=create_key(server, "asker", role="app"))
    expect(page.get_by_role("link", name="Knowledge")).to_be_visible()
    expect(page.get_by_role("link", name="Apps")).to_have_count(0)
    for path in ("/apps", "/apps/triage", "/models"):
        page.goto(f"{server.url}{path}")
        expect(page.get_by_role("heading")).to_have_text("This key may not see this page.")
    assert all("403" in error for error in console_errors)
    console_errors.clear()


def test_a_trial_needs_the_right_at_the_moment_it_runs(open_page: OpenPage, server: RunningServer) -> None:
    page = open_page("/apps", key=create_key(server, "sender", role="reviewer"))
    response = page.context.request.post(
        f"{server.url}/console/trial-file",
        headers={"X-Answerable": "console"},
        multipart={"file": {"name": "a.png", "mimeType": "image/png", "buffer": b"x"}},
    )
    assert response.status == 403
    assert response.json()["code"] == "forbidden"


@pytest.mark.parametrize("path", ["/apps/nowhere", "/apps/triage?view=compare&before=nowhere"])
def test_an_app_or_variant_that_is_not_there(
    open_page: OpenPage, console_errors: list[str], path: str
) -> None:
    page = open_page(path)
    expect(page.get_by_role("heading")).to_contain_text("'nowhere'")
    assert any("404" in error for error in console_errors)
    console_errors.clear()


def test_keys_lead_to_the_pages(open_page: OpenPage) -> None:
    page = open_page("/knowledge")
    expect(page.get_by_role("heading", name="Knowledge", exact=True)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Apps", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Models")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/apps", size=size, scheme=scheme)
    expect(page.locator(".card").first).to_be_visible()
    check(page, "apps", size, scheme)
    origin = page.url.removesuffix("/apps")
    views: dict[str, Callable[[], Locator]] = {
        "variants": lambda: page.locator(".move").first,
        "compare": lambda: page.locator(".change").first,
        "draft": lambda: page.get_by_label("Prompt"),
        "try": lambda: page.locator(".past-entry").first,
    }
    for view, find in views.items():
        page.goto(f"{origin}/apps/triage?view={view}")
        expect(find()).to_be_visible()
        check(page, f"app-{view}", size, scheme)
    page.get_by_role("checkbox", name=TICKETS[0]).first.check()
    page.get_by_role("button", name="Run on the chosen").click()
    expect(page.locator(".trials-summary")).to_contain_text("1 of 1 trial done")
    check(page, "app-trial", size, scheme)


def _photo() -> FilePayload:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(content, "PNG")
    return {"name": "lamp.png", "mimeType": "image/png", "buffer": content.getvalue()}
