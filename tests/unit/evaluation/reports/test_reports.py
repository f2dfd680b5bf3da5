"""The reports of a run: complete, and whatever stands in questions and answers does no harm in them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from xml.etree import ElementTree

from answerable.evaluation.reports.html import render_html
from answerable.evaluation.reports.json_form import render_result, render_run
from answerable.evaluation.reports.junit import render_junit
from answerable.evaluation.reports.markdown import render_markdown
from answerable.evaluation.reports.result_file import render_result_file
from tests.unit.evaluation.reports.samples import HOSTILE, ITEMS, RUN, read_items


async def join(parts: AsyncIterator[str]) -> str:
    return "".join([part async for part in parts])


async def test_junit_has_a_case_for_each_item() -> None:
    root = ElementTree.fromstring(await join(render_junit(RUN, read_items)))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "4",
        "1",
        "1",
        "1",
    )
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["q0", "q1", "q2", "q3"]
    assert [case[0].tag if len(case) else "" for case in cases] == ["", "failure", "error", "skipped"]
    failure = cases[1][0]
    assert "exact = 0" in str(failure.get("message"))
    assert "مرحبا" in str(failure.text)
    assert [one.get("name") for one in suite.findall("properties/property")] == ["exact", "latency_ms"]


async def test_markdown_lists_what_went_wrong_and_nothing_leaves_its_cell() -> None:
    text = await render_markdown(RUN, read_items())
    rows = [line for line in text.splitlines() if line.startswith("| q")]
    assert [row.split(" | ")[0] for row in rows] == ["| q1", "| q2"]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    assert "<script" not in text.replace("\\<", "")
    assert "| `exact` | 0.500 | 0.100 – 0.900 | 2 | 1 |" in text
    assert "| `latency_ms` ↓ | 13 ms | 12 – 14 ms | 3 | 0 |" in text
    assert "1 call of unknown price" in text


async def test_markdown_says_why_a_run_stopped() -> None:
    stopped = replace(RUN, state="stopped", reason="The cap of $1 is reached.")
    assert "**stopped**: The cap of $1 is reached." in await render_markdown(stopped, read_items())


async def test_html_needs_nothing_else_and_runs_nothing_of_the_data() -> None:
    page = await join(render_html(RUN, read_items()))
    assert not re.search(r"""(?:src|href)=|https?://(?!www\.w3\.org)|@import""", page)
    assert page.count("</script>") == 2
    assert "{{" not in page
    items = re.search(r"const ITEMS = \[\n(.*?)\n\];", page, re.DOTALL)
    assert items is not None
    found = [json.loads(line.rstrip(",")) for line in items[1].splitlines()]
    assert [one["outcome"] for one in found] == ["passed", "failed", "error", "unrated"]
    assert found[1]["given"] == HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert found[0]["scores"][0]["metric"] == "exact"


async def test_the_result_file_is_the_same_when_the_results_are() -> None:
    text = await join(render_result_file(RUN, read_items()))
    head, *items = [json.loads(line) for line in text.splitlines()]
    assert (head["dataset"], head["version"], head["metrics"]["exact"]["mean"]) == ("golden", 3, 0.5)
    assert "latency_ms" not in head["metrics"]
    assert [one["key"] for one in items] == ["q0", "q1", "q2", "q3"]
    assert (items[0]["scores"], items[2]["error"]) == ({"exact": 1.0}, ITEMS[2].error)
    later = replace(RUN, id=ITEMS[0].run_id, created_at=RUN.created_at.replace(year=2027), by="bob", note="")
    assert await join(render_result_file(later, read_items())) == text


def test_json_has_everything() -> None:
    run, result = render_run(RUN), render_result(ITEMS[1])
    assert (run["state"], run["cost_usd"], run["metrics"][0]["mean"]) == ("done", 0.1234, 0.5)
    assert (result["input"], result["scores"][0]["value"]) == ({"question": HOSTILE}, 0.0)
    json.dumps([run, result], allow_nan=False)
