"""The chart, the page and the JSON of a sweep."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

from answerable.evaluation.sweeps.chart import HEIGHT, WIDTH, draw_chart
from answerable.evaluation.sweeps.comparing import summarise
from answerable.evaluation.sweeps.describing import describe_outcome, render_sweep
from answerable.evaluation.sweeps.measuring import MISSING
from answerable.evaluation.sweeps.page import write_page
from answerable.evaluation.sweeps.types import Difference, Sweep
from tests.unit.evaluation.sweeps.samples import METRIC, make_columns, make_measurements, make_point

_SVG = "{http://www.w3.org/2000/svg}"


def make_sweep(*others: tuple[int, list[float], float]) -> Sweep:
    """Return a sweep over the baseline and points of (top k, scores, latency)."""
    found = make_measurements(
        make_columns(make_point(baseline=True), [0.4, 0.5, 0.6, 0.7]),
        *(make_columns(make_point(k), scores, latency=ms, tokens=100.0 * k) for k, scores, ms in others),
    )
    return Sweep(
        app="ask", variant="default@1", collection="docs", dataset="أسئلة <b>", version=3, examples=4, passed_over=1,
        metric=METRIC, results=summarise(found, METRIC),
    )  # fmt: skip


SWEEP = make_sweep((4, [0.2, 0.3, 0.4, 0.4], 1.0), (20, [0.6, 0.8, 0.9, 1.0], 6.0), (30, [MISSING] * 4, 0.0))


def test_every_point_that_was_measured_is_on_the_chart() -> None:
    chart = ElementTree.fromstring(draw_chart(SWEEP))
    points = [one for one in chart.iter(f"{_SVG}circle") if one.find(f"{_SVG}title") is not None]
    assert len(points) == 3 * 2, "three points that did not fail, in both panels"
    assert all(0 <= float(one.attrib["cx"]) <= WIDTH for one in points)
    assert all(0 <= float(one.attrib["cy"]) <= HEIGHT for one in points)
    by_latency = sorted(points[:3], key=lambda one: float(one.attrib["cx"]))
    heights = [float(one.attrib["cy"]) for one in by_latency]
    assert heights == sorted(heights, reverse=True), "the slower the better, and the better the higher"


def test_a_chart_of_one_point_is_a_chart() -> None:
    alone = replace(make_sweep(), dataset="one")
    assert len(list(ElementTree.fromstring(draw_chart(alone)).iter(f"{_SVG}circle"))) >= 2


def test_the_page_stands_for_itself_and_trusts_nobody() -> None:
    page = write_page(SWEEP)
    assert "<b>" not in page
    assert "أسئلة &lt;b&gt;" in page
    assert "<script" not in page
    assert "src=" not in page
    assert page.count("<tr") == 1 + len(SWEEP.results)


def test_a_setting_is_only_proposed_when_it_is_better() -> None:
    assert "More examples" in describe_outcome(SWEEP), "four examples tell nothing"
    assert "top_k" not in write_page(SWEEP)
    sure = make_sweep((20, [0.9] * 4, 6.0))
    better = Difference(0.3, 0.2, 0.4, 0.01, "better")
    sure = replace(sure, results=(replace(sure.results[0], difference=better), *sure.results[1:]))
    assert "new variant" in describe_outcome(sure)
    assert "top_k: 20" in write_page(sure)
    assert "best score" in describe_outcome(make_sweep((4, [0.1] * 4, 1.0)))


def test_the_json_holds_no_number_that_json_has_not() -> None:
    rendered = json.loads(json.dumps(render_sweep(SWEEP), allow_nan=False))
    best, failed = rendered["points"][0], rendered["points"][-1]
    assert (best["settings"], best["baseline"], best["quality"][METRIC]["n"]) == ({"top_k": 20}, False, 4)
    assert (failed["failed"], failed["latency_ms"]["p50"], failed["difference"]) == (4, None, None)
