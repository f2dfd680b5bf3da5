"""What the pages about evaluations make of runs, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from answerable.console.parts.calibration import render_calibration
from answerable.console.parts.evaluations.compared_examples import find_pairs
from answerable.console.parts.evaluations.comparison import write_p
from answerable.console.parts.evaluations.leaderboard import keep_newest, list_columns, rank
from answerable.console.parts.evaluations.numbers import find_scale, render_range, write_signed
from answerable.console.parts.evaluations.result_filters import read_query
from answerable.console.parts.evaluations.run_rows import render_row
from answerable.console.parts.evaluations.trend import list_points, to_options
from answerable.evaluation.judging.calibration.service import make_calibration
from answerable.evaluation.judging.calibration.types import Found, Pair
from answerable.evaluation.judging.version import JudgeRef
from answerable.evaluation.runs.types import EvalRun, EvaluatorRef, MetricSummary
from answerable.evaluation.types import Metric

EXACT = Metric("exact", kind="binary")
LATENCY = Metric("latency", better="lower", unit="ms", highest=None)
START = datetime(2026, 11, 1, tzinfo=UTC)


def make_run(
    number: int, variant: str, *, exact: float | None, latency: float = 100, version: str = "1"
) -> EvalRun:
    refs = tuple(EvaluatorRef(one.name, version, metrics=(one,)) for one in (EXACT, LATENCY))
    summary = tuple(
        MetricSummary(one.name, one.name, version, 10, mean, mean, mean, 0, one.better, one.kind, one.unit)
        for one, mean in ((EXACT, exact), (LATENCY, latency))
    )
    return EvalRun(
        UUID(int=number), "ask", variant, f"hash-{variant}", "app", "golden", 1, "v", "", (), 1, refs, "done", 10, 10,
        0, Decimal(0), Decimal(0), 0, START + timedelta(days=number), summary=summary,
    )  # fmt: skip


def test_the_best_stands_first_and_what_has_no_value_last() -> None:
    runs = [make_run(3, "c", exact=None), make_run(2, "b", exact=0.5, latency=9), make_run(1, "a", exact=0.9)]
    exact, latency = list_columns(list(reversed(runs)))
    assert [run.variant for run in rank(runs, exact)] == ["a", "b", "c"]
    assert rank(runs, latency)[0].variant == "b"


def test_scores_of_another_version_are_not_ranked_among_the_newest() -> None:
    runs = [make_run(2, "b", exact=0.5, version="2"), make_run(1, "a", exact=0.9)]
    exact, _ = list_columns(runs)
    assert [run.variant for run in rank(runs, exact)] == ["b", "a"]
    assert exact.find(runs[1]) is None


def test_only_the_newest_run_of_a_variant_counts() -> None:
    runs = [make_run(3, "a", exact=0.1), make_run(2, "b", exact=0.5), make_run(1, "a", exact=0.9)]
    assert [run.id.int for run in keep_newest(runs)] == [3, 2]


def test_lines_of_a_trend_are_of_one_version_of_the_evaluator() -> None:
    runs = [
        make_run(1, "a", exact=0.1),
        make_run(2, "b", exact=0.5),
        make_run(3, "b", exact=0.9, version="2"),
    ]
    lines = list_points(runs)["exact"]
    assert [[run.id.int for run, _ in points] for points in lines.values()] == [[1, 2], [3]]


def test_what_was_measured_of_the_retrieval_alone_is_a_line_of_its_own() -> None:
    runs = [
        make_run(1, "a", exact=None, latency=560),
        replace(make_run(2, "a", exact=None, latency=40), target="retrieval"),
    ]
    lines = list_points(runs)["latency"]
    assert {name: [run.id.int for run, _ in points] for name, points in lines.items()} == {
        "golden@1": [1],
        "golden@1 retrieval": [2],
    }


def test_names_in_tooltips_are_no_markup() -> None:
    options = to_options(list_points([make_run(1, "<img src=x>", exact=0.5)])["exact"])
    assert "&lt;img" in str(options)
    assert "<img" not in str(options)


@pytest.mark.parametrize(
    ("kind", "keys"), [("won", ["b"]), ("lost", ["c", "a"]), ("same", ["d"]), ("all", list("cbad"))]
)
def test_pairs_of_a_kind_those_that_differ_most_first(kind: str, keys: list[str]) -> None:
    before = {"a": (1.0, 1.0), "b": (5.0, 1.0), "c": (1.0, 1.0), "d": (2.0, 1.0), "alone": (1.0, 1.0)}
    after = {"a": (2.0, 1.0), "b": (3.0, 1.0), "c": (9.0, 1.0), "d": (2.0, 1.0)}
    assert [pair.key for pair in find_pairs(LATENCY, before, after, kind)] == keys


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"metric": "exact", "bound": "0.5"}, ("exact", 0.5, None)),
        ({"metric": "exact", "bound": "0.5", "side": "above"}, ("exact", None, 0.5)),
        ({"metric": "exact", "bound": "nan"}, (None, None, None)),
        ({"metric": "exact", "side": "around"}, (None, None, None)),
    ],
)
def test_the_address_says_which_results(values: dict[str, str], wanted: tuple[object, ...]) -> None:
    found = read_query(values).to_filter()
    assert (found.metric, found.below, found.above) == wanted


def test_numbers_are_written_and_placed() -> None:
    assert [write_p(value) for value in (0.00001, 0.04, 1.0)] == ["< .001", ".040", "1"]
    assert [write_signed(value) for value in (0.25, -0.25, 0.0)] == ["+0.250", "−0.250", "±0.000"]
    one = make_run(1, "a", exact=0.5).summary[0]
    assert find_scale(EXACT, one) == (0.0, 1.0)
    assert "left:50.00%" in render_range(one, (0.0, 1.0))
    nothing = make_run(1, "a", exact=None).summary[0]
    assert "range-dot" not in render_range(nothing, (0.0, 1.0))


def test_a_judge_that_agrees_less_than_before_says_so_beside_its_score() -> None:
    pairs = [
        Pair(
            f"{month}-{n}",
            float(n % 2),
            float(n % 2 if month < 5 else n % 3 == 0),
            START.replace(month=month),
        )
        for month in (3, 4, 5)
        for n in range(60)
    ]
    judge = JudgeRef("tone", "main@0123456789ab")
    made = make_calibration(pairs, id=UUID(int=1), judge=judge, label="tone", source="online", at=START)
    assert "agrees less than before" in render_calibration(Found(made))
    steady = make_calibration(
        pairs[:120], id=UUID(int=1), judge=judge, label="tone", source="online", at=START
    )
    assert "agrees less than before" not in render_calibration(Found(steady))


@pytest.mark.parametrize(("done", "told"), [(10, "10"), (4, "4 of 10")])
def test_a_run_that_stopped_tells_how_far_it_came(done: int, told: str) -> None:
    run = replace(make_run(1, "a", exact=1.0), state="stopped", done=done)
    assert f'<span class="eval-count">{told}</span>' in render_row(run)
