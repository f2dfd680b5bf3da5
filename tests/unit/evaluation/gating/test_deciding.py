"""The verdict on a candidate against a baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from answerable.core.errors import Conflict, InvalidFields, InvalidInput
from answerable.evaluation.gating.deciding import decide
from answerable.evaluation.gating.rules import read_gate
from answerable.evaluation.gating.types import GateVerdict, Side
from tests.unit.evaluation.gating.sides import LATENCY, make_side

N = 200
GOOD = [1.0] * 180 + [0.0] * 20
BAD = [1.0] * 150 + [0.0] * 50


def decide_with(baseline: Side, candidate: Side, *rules: dict[str, Any], **gate: Any) -> GateVerdict:
    spec = read_gate({"rules": list(rules), **gate})
    return decide(spec, candidate=candidate, baseline=baseline)


def compare_exact(before: list[float], after: list[float], **rule: Any) -> GateVerdict:
    old, new = make_side("old", {"exact": before}), make_side("new", {"exact": after})
    return decide_with(old, new, {"metric": "exact", **rule})


def test_a_candidate_just_as_good_passes() -> None:
    verdict = compare_exact(GOOD, GOOD)
    (finding,) = verdict.findings
    assert (verdict.verdict, finding.verdict, finding.method, finding.n) == ("pass", "pass", "exact", N)
    assert (finding.baseline, finding.candidate, finding.difference) == (0.9, 0.9, 0.0)
    assert verdict.more_examples is None


def test_a_worse_one_fails_and_shows_what_it_lost() -> None:
    verdict = compare_exact(GOOD, BAD)
    (finding,) = verdict.findings
    assert verdict.verdict == "fail"
    assert finding.difference == pytest.approx(-0.15)
    assert finding.low is not None
    assert finding.high is not None
    assert finding.low < -0.15 < finding.high < 0
    assert (finding.improved, finding.worsened) == (0, 30)
    worst = finding.regressions[0]
    assert (worst.key, worst.loss, worst.before, worst.after) == ("q150", 1.0, 1.0, 0.0)
    assert (worst.output_before, worst.output_after) == ("old says 150", "new says 150")


def test_an_open_one_says_how_many_examples_would_decide_and_those_do() -> None:
    """A loss of 2 % is within the margin, and 60 examples cannot tell."""
    before, after = [1.0] * 49 + [0.0] * 11, [1.0] * 46 + [0.0] * 12 + [1.0] * 2
    verdict = compare_exact(before, after)
    more = verdict.more_examples
    assert verdict.verdict == "inconclusive"
    assert more is not None
    times = 1 + -(-more // 60)
    assert compare_exact(before * times, after * times).verdict == "pass"


def test_it_takes_more_to_fail_where_the_margin_has_to_be_exceeded() -> None:
    before, after = [1.0] * 300, [1.0] * 282 + [0.0] * 18
    assert compare_exact(before, after).verdict == "fail"
    assert compare_exact(before, after, fails_when="beyond_margin").verdict == "inconclusive"
    assert compare_exact(before, [1.0] * 240 + [0.0] * 60, fails_when="beyond_margin").verdict == "fail"


def test_lower_is_better_where_the_metric_says_so() -> None:
    random = np.random.default_rng(4)
    before = list(random.uniform(100, 900, N))
    slower = [value * 1.3 for value in before]
    old, new = make_side("old", {"latency_ms": before}), make_side("new", {"latency_ms": slower})
    rule = {"metric": "latency_ms", "margin": "10%"}
    assert decide_with(old, new, rule).verdict == "fail"
    back = decide_with(new, old, rule)
    assert back.verdict == "pass"
    (finding,) = back.findings
    assert finding.difference is not None
    assert finding.difference < 0
    assert finding.margin == pytest.approx(0.1 * np.mean(slower))


@pytest.mark.parametrize(
    ("metric", "before", "after", "said"),
    [
        ("exact", BAD, GOOD, "Better."),
        ("exact", GOOD, GOOD, "Not worse by the margin."),
        ("exact", GOOD, BAD, "Worse by more than the margin."),
        ("exact", GOOD, [1.0] * 168 + [0.0] * 32, "Worse, and perhaps by more than the margin."),
        ("latency_ms", [900.0 + n for n in range(N)], [500.0 + n for n in range(N)], "Better."),
        ("latency_ms", [500.0 + n for n in range(N)], [900.0 + n for n in range(N)], "Worse by more"),
    ],
)
def test_it_says_in_words_what_the_interval_shows(
    metric: str, before: list[float], after: list[float], said: str
) -> None:
    old, new = make_side("old", {metric: before}), make_side("new", {metric: after})
    (finding,) = decide_with(old, new, {"metric": metric}).findings
    assert finding.reason.startswith(said)


def test_a_rule_may_be_about_a_slice() -> None:
    tags = [["german"] if index % 2 else ["english"] for index in range(N)]
    after = [0.0 if index % 2 else 1.0 for index in range(N)]
    old = make_side("old", {"exact": [1.0] * N}, tags=tags)
    new = make_side("new", {"exact": after}, tags=tags)
    verdict = decide_with(
        old,
        new,
        {"metric": "exact", "tags": ["english"]},
        {"metric": "exact", "tags": ["german"]},
        {"metric": "exact", "tags": ["french"]},
    )
    assert [one.verdict for one in verdict.findings] == ["pass", "fail", "inconclusive"]
    assert [one.n for one in verdict.findings] == [100, 100, 0]
    assert "french" in verdict.findings[2].reason


def test_of_many_rules_one_fails_by_chance_less_easily() -> None:
    """Eight losses of 60 in one slice are clear alone, and not clear where nineteen more are looked at."""
    tags = [[f"t{index % 20}"] for index in range(1_200)]
    old = make_side("old", {"exact": [1.0] * 1_200}, tags=tags)
    lost = set(range(0, 160, 20))
    new = make_side("new", {"exact": [float(index not in lost) for index in range(1_200)]}, tags=tags)
    alone = decide_with(old, new, {"metric": "exact", "tags": ["t0"]})
    among = decide_with(old, new, *[{"metric": "exact", "tags": [f"t{slice_}"]} for slice_ in range(20)])
    assert (alone.verdict, among.verdict) == ("fail", "inconclusive")
    assert among.findings[0].p_worse == alone.findings[0].p_worse
    assert (among.findings[0].p_worse_adjusted or 0) > (alone.findings[0].p_worse_adjusted or 0)


def test_repeats_of_an_example_are_one_example() -> None:
    fields = {index: {"values": {"exact": (1.0, 0.0, 1.0)}} for index in range(40)}
    one = make_side("old", {"exact": [1.0] * 40}, examples=fields, repeats=3)
    other = make_side("new", {"exact": [1.0] * 40}, examples=fields, repeats=3)
    (finding,) = decide_with(one, other, {"metric": "exact"}).findings
    assert finding.n == 40
    assert finding.baseline == pytest.approx(2 / 3)
    assert finding.method == "few differ"


def test_an_output_that_failed_is_as_bad_as_can_be() -> None:
    failed = {index: {"values": {}, "unscored": {}, "failed": 1} for index in range(60)}
    values = {"exact": [1.0] * N, "latency_ms": [50.0 + index for index in range(N)]}
    old, new = make_side("old", values), make_side("new", values, examples=failed)
    verdict = decide_with(old, new, {"metric": "exact"}, {"metric": "latency_ms", "margin": 5})
    exact, latency = verdict.findings
    assert (exact.verdict, exact.candidate) == ("fail", 0.7)
    assert (latency.verdict, latency.n, latency.missing) == ("inconclusive", 140, 60)
    assert any("no output 60 times" in note for note in verdict.notes)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), None])
def test_scores_that_are_no_numbers_are_missing(odd: float | None) -> None:
    values = [odd, *GOOD[1:]]
    old, new = make_side("old", {"exact": GOOD}), make_side("new", {"exact": values})
    (finding,) = decide_with(old, new, {"metric": "exact"}).findings
    assert (finding.verdict, finding.n, finding.missing) == ("pass", 199, 1)


def test_too_many_missing_scores_decide_nothing() -> None:
    old = make_side("old", {"exact": GOOD})
    new = make_side("new", {"exact": [*[None] * 30, *GOOD[30:]]})
    (finding,) = decide_with(old, new, {"metric": "exact"}).findings
    assert finding.verdict == "inconclusive"
    assert "30 of 200 examples" in finding.reason


@pytest.mark.parametrize("count", [0, 1, 29])
def test_too_few_examples_decide_nothing(count: int) -> None:
    old = make_side("old", {"exact": [1.0] * count})
    new = make_side("new", {"exact": [0.0] * count})
    (finding,) = decide_with(old, new, {"metric": "exact"}).findings
    assert (finding.verdict, finding.n) == ("inconclusive", count)
    assert finding.more_examples


def test_weights_count() -> None:
    """The quarter that got worse counts nine times as much."""
    worse = {index: {"weight": 9.0} for index in range(50)}
    old = make_side("old", {"exact": [1.0] * N}, examples=worse)
    new = make_side("new", {"exact": [0.0] * 50 + [1.0] * 150}, examples=worse)
    (finding,) = decide_with(old, new, {"metric": "exact"}).findings
    assert finding.candidate == pytest.approx(0.25)


def test_what_is_0_for_both_is_told() -> None:
    values = {"exact": [0.0] * N, "latency_ms": [0.0] * N}
    verdict = decide_with(
        make_side("old", values),
        make_side("new", values),
        {"metric": "exact"},
        {"metric": "latency_ms", "margin": 5},
    )
    assert verdict.verdict == "pass"
    (note,) = verdict.notes
    assert note.startswith("exact came to 0 for both")


def test_a_judge_that_may_not_gate_leaves_its_rule_open() -> None:
    old, new = make_side("old", {"exact": GOOD}), make_side("new", {"exact": GOOD})
    spec = read_gate({"rules": [{"metric": "exact"}]})
    verdict = decide(spec, candidate=new, baseline=old, barred={"exact": "It agrees too little."})
    assert (verdict.verdict, verdict.findings[0].reason) == ("inconclusive", "It agrees too little.")
    assert verdict.more_examples is None


def test_beside_a_judged_metric_stands_how_far_the_judge_agrees_with_people() -> None:
    trust = {"exact": "kappa 0.72 (0.61 to 0.81) on 214 answers, 2026-11-03", "recall@5": "unasked"}
    old, new = make_side("old", {"exact": GOOD}), make_side("new", {"exact": GOOD}, trust=trust)
    verdict = decide_with(old, new, {"metric": "exact"})
    assert verdict.notes == (f"exact is scored by a judge: {trust['exact']}.",)


def test_without_rules_each_share_has_one_and_the_verdict_says_so() -> None:
    values = {"exact": GOOD, "recall@5": GOOD, "latency_ms": [5.0] * N}
    verdict = decide_with(make_side("old", values), make_side("new", values))
    assert [one.rule.metric for one in verdict.findings] == ["exact", "recall@5"]
    assert "no rules" in verdict.notes[0]


def test_the_same_runs_give_the_same_verdict() -> None:
    random = np.random.default_rng(9)
    before, after = list(random.random(N)), list(random.random(N))
    old, new = make_side("old", {"recall@5": before}), make_side("new", {"recall@5": after})
    rule = {"metric": "recall@5"}
    assert decide_with(old, new, rule) == decide_with(old, new, rule)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 4, "version_hash": "w" * 64}, "dataset_versions_differ"),
        ({"dataset": "other", "version_hash": "w" * 64}, "dataset_versions_differ"),
        ({"split": "test"}, "dataset_versions_differ"),
        ({"versions": {"exact": "2"}}, "evaluator_versions_differ"),
        ({"examples": {3: {"content_hash": "changed"}}}, "dataset_versions_differ"),
    ],
)
def test_what_cannot_be_compared_is_refused(change: dict[str, Any], code: str) -> None:
    old, new = make_side("old", {"exact": GOOD}), make_side("new", {"exact": GOOD}, **change)
    with pytest.raises(Conflict) as caught:
        decide_with(old, new, {"metric": "exact"})
    assert caught.value.code == code


def test_all_rules_about_unknown_metrics_are_named_at_once() -> None:
    old = make_side("old", {"exact": GOOD, "recall@5": GOOD})
    new = make_side("new", {"exact": GOOD})
    with pytest.raises(InvalidFields) as caught:
        decide_with(old, new, {"metric": "exat"}, {"metric": "exact"}, {"metric": "recall@5"})
    assert [one.at for one in caught.value.problems] == ["rules[0].metric", "rules[2].metric"]
    assert "Did you mean 'exact'?" in str(caught.value)
    assert "measured for old only" in str(caught.value)


def test_nothing_to_make_a_rule_of_is_refused() -> None:
    side = make_side("old", {"latency_ms": [5.0] * N}, metrics=(LATENCY,))
    with pytest.raises(InvalidInput) as caught:
        decide_with(side, side)
    assert caught.value.code == "no_rules"


def test_without_rules_a_metric_that_no_example_is_about_keeps_nothing_open() -> None:
    refusals = {index: {"values": {"exact": (1.0,)}, "unscored": {}} for index in range(N)}
    side = make_side("old", {"exact": GOOD, "recall@5": GOOD}, examples=refusals)
    assert [finding.metric.name for finding in decide_with(side, side).findings] == ["exact"]


def test_without_rules_a_metric_whose_evaluator_always_failed_keeps_the_gate_open() -> None:
    crashed = {index: {"values": {"exact": (1.0,)}, "unscored": {"recall@5": 1}} for index in range(N)}
    side = make_side("old", {"exact": GOOD, "recall@5": GOOD}, examples=crashed)
    verdict = decide_with(side, side)
    assert [finding.metric.name for finding in verdict.findings] == ["exact", "recall@5"]
    assert verdict.verdict == "inconclusive"


def test_a_metric_can_be_named_with_its_evaluator() -> None:
    side = make_side("old", {"exact": GOOD})
    assert decide_with(side, side, {"metric": "exact/exact"}).findings[0].n == N
    with pytest.raises(InvalidFields):
        decide_with(side, side, {"metric": "squad/exact"})


def test_all_that_is_wrong_with_a_gate_is_said_at_once() -> None:
    with pytest.raises(InvalidFields) as caught:
        read_gate({"alfa": 0.1, "power": 2, "rules": [{"metric": "exact", "marge": 1}, {"margin": "-3%"}]})
    text = str(caught.value)
    for words in ("Did you mean 'alpha'", "power", "Did you mean 'margin'", "rules[1].metric", "10%"):
        assert words in text
