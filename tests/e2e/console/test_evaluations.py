"""The pages about evaluations, over runs that the command made of two small programs and an app."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.conftest import NARROW, OpenPage
from tests.e2e.console.server import create_key
from tests.e2e.console.test_looks import LOOKS, check
from tests.e2e.console.test_review import keep
from tests.e2e.running import RunningServer, clean_environment, run_command

_SHIPS = (
    "Aurora", "Borkum", "Cassiopeia", "Delfin", "Estrella", "Dagny", "Finnmark", "Gudrun", "Hanseat", "Iduna",
    "Jupiter", "Kormoran", "Lyra", "Meridian", "Nordlys", "Orion", "Pelikan", "Quadriga", "Rigel", "Seeadler", "Tern",
    "Ulysses", "Vega", "Walrus",
)  # fmt: skip
_PROGRAMS = '''
import asyncio
from pathlib import Path

GO = Path(__file__).with_name("go")
SHIPS = SHIPS_OF_THE_TEST


def tell(number: int) -> str:
    return f"The {SHIPS[number]} arrives at {6 + number // 2:02}:{number % 2 * 30:02} at berth {number % 5 + 1}."


def read(question: str) -> int:
    return SHIPS.index(question.split()[3].strip("?,"))


def old_bot(question: str) -> str:
    """Knows every fourth answer."""
    number = read(question)
    if number == 5:
        raise RuntimeError("The line to the lighthouse is down <b>again</b>.")
    return tell(number) if number % 4 == 0 else "Nobody knows."


def new_bot(question: str) -> str:
    """Knows nearly all of them, but not what the old one knows of the Hanseat."""
    number = read(question)
    return tell(number) if number != 8 else "Perhaps at noon."


async def waiting(question: str) -> str:
    """Answers three times, and the rest when it is told to go on."""
    while read(question) >= 3 and not GO.exists():
        await asyncio.sleep(0.05)
    return new_bot(question)
'''.replace("SHIPS_OF_THE_TEST", repr(_SHIPS))


def _tell(number: int) -> str:
    return f"The {_SHIPS[number]} arrives at {6 + number // 2:02}:{number % 2 * 30:02} at berth {number % 5 + 1}."


def _ask(number: int) -> str:
    """Return the question; one has words that are no markup."""
    return f"When does the {_SHIPS[number]} arrive{', <i>please</i>' if number == 5 else ''}?"


@pytest.fixture(scope="session")
def measured(server: RunningServer) -> Path:
    """Two programs measured on one dataset, one of them twice."""
    with server.client() as client:
        for number in range(len(_SHIPS)):
            example = {
                "input": {"question": _ask(number)},
                "expected": _tell(number),
                "tags": ["morning" if number < 12 else "evening"],
            }
            client.post("/v1/datasets/arrivals/examples", json=example).raise_for_status()
    programs = server.workspace / "bots.py"
    programs.write_text(_PROGRAMS, encoding="utf-8")
    for program in ("old_bot", "new_bot", "new_bot"):
        evaluate(server, program, "--fresh", "--note", f"the {program.replace('_', ' ')}")
    return programs


def evaluate(server: RunningServer, program: str, *args: str) -> None:
    done = run_command(*list_arguments(program), *args, workspace=server.workspace, check=False)
    assert (
        "24 of 24 settled" in done.stdout + done.stderr
    )  # with an example that failed it does not end with 0


def list_arguments(program: str, *, app: str = "harbour") -> list[str]:
    target = ["--target", f"bots.py:{program}"]
    scorers = [word for name in ("exact", "rouge_l", "latency") for word in ("--evaluator", name)]
    return ["eval", app, "--dataset", "arrivals", *target, *scorers]


def run_row(page: Page, program: str) -> Locator:
    return page.locator(".eval-row").filter(has_text=f"bots.py:{program}").first


def open_run(open_page: OpenPage, program: str) -> Page:
    page = open_page("/evaluations?app=harbour")
    run_row(page, program).locator(".eval-name").click()
    expect(page.locator(".result-row").first).to_be_visible()
    listens(page)
    return page


def listens(page: Page) -> None:
    """Wait until a click on the page reaches the server."""
    page.wait_for_function("typeof mounted_app !== 'undefined' && !!mounted_app")


@pytest.mark.usefixtures("measured")
def test_a_run_shows_its_metrics_and_what_came_of_each_example(open_page: OpenPage) -> None:
    page = open_run(open_page, "old_bot")
    expect(page.locator(".facts").first).to_contain_text("Failed1")
    metric = page.locator("tr[data-metric=exact]")
    expect(metric).to_contain_text(re.compile(r"0\.\d+ to 0\.\d+"))
    expect(metric.locator(".range-band")).to_be_visible()
    expect(page.locator("tr[data-metric=latency_ms]")).to_contain_text("lower is better")
    page.get_by_role("checkbox", name="Failed").check()
    expect(page).to_have_url(re.compile("failed=yes"))
    expect(page.locator(".result-row")).to_have_count(1)
    listens(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel).to_contain_text("The line to the lighthouse is down <b>again</b>.")
    expect(panel).to_contain_text(_ask(5))
    page.get_by_role("link", name="Without filters").click()
    page.get_by_label("Metric", exact=True).select_option("exact")
    expect(page).to_have_url(re.compile("metric=exact"))
    page.get_by_label("Bound", exact=True).fill("0.5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("bound=0.5"))
    expect(page.locator(".result-row")).to_have_count(17)
    listens(page)
    page.locator(".result-row").first.click()
    expect(panel).to_contain_text("Nobody knows.")
    expect(panel).to_contain_text(_tell(1))
    expect(panel.locator(".score-value.is-bad").first).to_be_visible()
    page.locator("#search").fill("when does the vega")
    page.keyboard.press("Enter")
    expect(page.locator(".result-row")).to_have_count(1)


@pytest.mark.usefixtures("measured")
def test_on_a_phone_a_run_shows_its_metrics_whole(open_page: OpenPage) -> None:
    page = open_page("/evaluations?app=harbour", size=NARROW)
    run_row(page, "old_bot").locator(".eval-name").click()
    for cell in (".metric-mean", ".metric-interval", ".metric-count"):
        box = page.locator(f"tr[data-metric=exact] {cell}").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= NARROW[0]


@pytest.mark.usefixtures("measured")
def test_a_run_is_looked_at_by_tag(open_page: OpenPage) -> None:
    page = open_run(open_page, "old_bot")
    page.get_by_role("link", name="By tag").click()
    row = page.get_by_role("row").filter(has_text="evening")
    expect(row).to_contain_text("0.250")
    page.get_by_role("link", name="evening").click()
    expect(page.locator(".result-row")).to_have_count(12)


@pytest.mark.usefixtures("measured")
def test_runs_are_compared_with_wins_losses_and_words(open_page: OpenPage) -> None:
    page = open_page("/evaluations?app=harbour&dataset=arrivals")
    listens(page)
    run_row(page, "old_bot").get_by_role("checkbox").check()
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    run_row(page, "new_bot").get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    exact = page.locator("tr[data-metric=exact]")
    expect(exact.locator(".compared-verdict")).to_have_text("better, p < .001")
    expect(exact.locator(".is-difference.is-good")).to_be_visible()
    page.get_by_role("link", name="Swap").click()
    expect(exact.locator(".compared-verdict")).to_have_text("worse, p < .001")
    page.go_back()
    exact.get_by_role("link", name="1 lost").click()
    pair = page.locator(".pair")
    expect(pair).to_have_count(1)
    expect(pair.locator(".is-before")).to_contain_text(_tell(8))
    expect(pair.locator(".is-after")).to_contain_text("Perhaps at noon.")
    expect(pair.locator("del").first).to_contain_text("arrives")
    expect(pair.locator("ins").first).to_contain_text("Perhaps")
    page.get_by_label("Which", exact=True).select_option("won")
    expect(page).to_have_url(re.compile("show=won"))
    expect(page.locator(".pair")).to_have_count(10)
    listens(page)
    page.get_by_role("button", name="More").click()
    expect(page.locator(".pair")).to_have_count(17)


@pytest.mark.usefixtures("measured")
def test_what_cannot_be_compared_says_so(open_page: OpenPage, console_errors: list[str]) -> None:
    page = open_page("/evaluations?app=harbour")
    path = run_row(page, "old_bot").locator(".eval-name").get_attribute("href") or ""
    page = open_page(f"/evaluations/compare?run={path.rpartition('/')[2]}")
    expect(page.get_by_role("heading")).to_have_text("A comparison takes two different runs or more.")
    console_errors.clear()  # the browser notes the status


@pytest.mark.usefixtures("measured")
def test_trend_and_leaderboard(open_page: OpenPage) -> None:
    page = open_page("/evaluations?view=trend&app=harbour")
    expect(page.locator('[data-chart="exact"] svg')).to_be_visible()
    expect(page.locator('[data-chart="exact"]')).to_contain_text("arrivals@1")
    page.get_by_role("link", name="Leaderboard").click()
    page.get_by_label("Dataset version").select_option("arrivals@1")
    rows = page.locator(".board tbody tr").filter(has_text="harbour: ")
    expect(rows.first).to_contain_text("bots.py:new_bot")
    expect(rows.first.locator(".range-band").first).to_be_visible()
    page.locator(".board tr").filter(has_text="bots.py:old_bot").get_by_role(
        "link", name="against the first"
    ).click()
    expect(page.locator("tr[data-metric=exact] .compared-verdict")).to_contain_text("worse")


def test_a_run_is_followed_while_it_runs(
    open_page: OpenPage, server: RunningServer, measured: Path, tmp_path: Path
) -> None:
    go = measured.with_name("go")
    command = [sys.executable, "-m", "answerable", *list_arguments("waiting", app="quay"), "--fresh"]
    with (tmp_path / "eval.log").open("wb") as log:
        running = subprocess.Popen(
            [*command, "--workspace", str(server.workspace)], stdout=log, stderr=log, env=clean_environment()
        )
        try:
            follow(open_page, go)
        finally:
            go.touch()
            running.wait(120)
            go.unlink()
    assert running.returncode == 0, (tmp_path / "eval.log").read_text()


def follow(open_page: OpenPage, go: Path) -> None:
    listed = open_page("/evaluations?app=quay")
    row = listed.locator(".eval-row")
    expect(row).to_have_count(1, timeout=120_000)  # it appears by itself once the command has begun
    expect(row.locator(".eval-progress")).to_contain_text(f"of {len(_SHIPS)}")
    one = open_page(row.locator(".eval-name").get_attribute("href") or "")
    expect(one.locator(".page-head .tag")).to_have_text("Running")
    expect(one.locator(".eval-facts .eval-progress")).to_contain_text(f"3 of {len(_SHIPS)}")
    expect(one.locator(".result-row")).to_have_count(3)
    go.touch()
    expect(one.locator(".page-head .tag")).to_have_text("Done")
    expect(one.locator(".result-row")).to_have_count(len(_SHIPS))
    expect(row.locator(".eval-metric").first).to_be_visible()


def test_a_verdict_of_a_gate_is_shown(open_page: OpenPage, server: RunningServer) -> None:
    with server.client() as client:
        for number in range(4):
            example = {
                "input": {"ticket": f"Ticket {number}."},
                "expected": {"queue": "other", "summary": "x"},
            }
            client.post("/v1/datasets/tickets/examples", json=example).raise_for_status()
    gate = ["gate", "intake", "--candidate", "terse", "--baseline", "main", "--dataset", "tickets"]
    done = run_command(*gate, workspace=server.workspace, check=False)
    assert done.returncode in {0, 1, 3}, done.stderr
    page = open_page("/evaluations?view=gates")
    page.get_by_role("link", name=re.compile("^intake: ")).click()
    expect(page.locator(".page-head .verdict-word")).to_have_text(re.compile("pass|fail|inconclusive"))
    expect(page.locator(".findings tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Side by side").click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()


def test_who_may_see_evaluations(
    open_page: OpenPage, server: RunningServer, console_errors: list[str], measured: Path
) -> None:
    del measured
    page = open_page("/evaluations?app=harbour", key=create_key(server, "reads evaluations", role="reviewer"))
    run_row(page, "old_bot").locator(".eval-name").click()
    expect(page.locator("tr[data-metric=exact]")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page = open_page("/evaluations", key=create_key(server, "asks, and no more", role="app"))
    expect(page.get_by_role("heading")).to_have_text("This key may not see this page.")
    page = open_page("/evaluations/nothing")
    expect(page.get_by_role("heading")).to_contain_text("is no id of a run")
    assert all("403" in error or "404" in error for error in console_errors)
    console_errors.clear()


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_looks(open_page: OpenPage, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/evaluations?app=harbour", size=size, scheme=scheme)
    expect(page.locator(".eval-row").first).to_be_visible()
    check(page, "evaluations", size, scheme)
    origin = page.url.partition("/evaluations")[0]
    second = run_row(page, "new_bot").locator(".eval-name").get_attribute("href") or ""
    first = run_row(page, "old_bot").locator(".eval-name").get_attribute("href") or ""
    page.goto(origin + first)
    expect(page.locator(".result-row").first).to_be_visible()
    check(page, "evaluation", size, scheme)
    listens(page)
    page.locator(".result-row").nth(1).click()
    expect(page.locator("#panel .score-list")).to_be_visible()
    check(page, "evaluation-result", size, scheme)
    keep(page, "evaluation", size, scheme)
    ids = "&".join(f"run={path.rpartition('/')[2]}" for path in (first, second))
    page.goto(f"{origin}/evaluations/compare?{ids}&show=won&metric=exact")
    expect(page.locator(".pair").first).to_be_visible()
    check(page, "evaluation-compare", size, scheme)
    keep(page, "evaluation-compare", size, scheme)
    page.goto(f"{origin}/evaluations?view=leaderboard&ref=arrivals@1")
    expect(page.locator(".board")).to_be_visible()
    check(page, "evaluation-leaderboard", size, scheme)
    page.goto(f"{origin}/evaluations?view=trend&app=harbour")
    expect(page.locator('[data-chart="exact"] svg')).to_be_visible()
    check(page, "evaluation-trend", size, scheme)
