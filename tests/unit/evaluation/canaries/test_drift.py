"""Two runs of the same examples, asked in both directions whether they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from answerable.apps.gate_settings import GateRule, GateSpec
from answerable.evaluation.canaries.drift import judge_drift
from answerable.evaluation.gating.types import Measured, Side
from answerable.evaluation.types import Metric

SPEC = GateSpec(rules=(GateRule(metric="right", margin=0.1),), alpha=0.01, min_examples=10)


def replace_rules(*rules: GateRule) -> GateSpec:
    return SPEC.model_copy(update={"rules": rules})


def make_side(values: Sequence[float], *, outputs: str = "same", versions: str = "1") -> Side:
    return Side(
        name=outputs,
        variant_hash="h",
        dataset="canary",
        version=1,
        version_hash="v",
        versions={"right": versions},
        metrics={"right": Metric("right", kind="binary")},
        examples={
            f"q{place}": Measured(f"q{place}", {"right": (value,)}, output=f"{outputs} {value}")
            for place, value in enumerate(values)
        },
        app="shop",
        sources={"right": "right"},
    )


def test_the_same_answers_are_the_same_however_few() -> None:
    side = make_side([1.0, 0.0, 1.0])
    drift = judge_drift(SPEC, before=side, now=side)
    assert (drift.direction, drift.differing, drift.to_change()) == ("same", 0, None)


def test_a_loss_is_worse_and_a_gain_is_better() -> None:
    good, bad = make_side([1.0] * 60), make_side([1.0] * 30 + [0.0] * 30)
    worse, better = judge_drift(SPEC, before=good, now=bad), judge_drift(SPEC, before=bad, now=good)
    assert (worse.direction, better.direction) == ("worse", "better")
    change = worse.to_change()
    assert change is not None
    assert change.text.startswith("It answers 30 of 60 examples otherwise, and worse: right 1 → 0.5 (")


def test_other_words_of_the_same_worth_are_the_same_once_there_are_enough() -> None:
    before, now = make_side([1.0] * 200), make_side([1.0] * 200, outputs="other")
    assert judge_drift(SPEC, before=before, now=now).direction == "same"


def test_other_words_in_a_few_examples_are_open() -> None:
    before, now = make_side([1.0] * 12), make_side([1.0] * 12, outputs="other")
    drift = judge_drift(SPEC, before=before, now=now)
    assert (drift.direction, drift.differing) == ("open", 12)
    assert "more examples would decide" in drift.reason


def test_a_judge_that_agrees_too_little_with_people_shows_no_drift() -> None:
    good, bad = make_side([1.0] * 60), make_side([1.0] * 30 + [0.0] * 30)
    drift = judge_drift(SPEC, before=good, now=bad, barred={"right": "Its kappa is 0.2."})
    assert (drift.direction, drift.reason) == ("open", "Its kappa is 0.2.")
    assert drift.verdict is not None
    assert drift.verdict.verdict == "inconclusive"


def test_what_may_decide_decides_beside_a_judge_that_may_not() -> None:
    def measure(right: float) -> Side:
        side = make_side([right] * 60 + [0.0] * 60, outputs=f"{right}")
        tone = {
            key: replace(one, values={**one.values, "tone": one.values["right"]})
            for key, one in side.examples.items()
        }
        steady = {key: replace(one, values={**one.values, "right": (1.0,)}) for key, one in tone.items()}
        metrics = {**side.metrics, "tone": Metric("tone", kind="binary")}
        return replace(side, examples=steady, metrics=metrics)

    spec = replace_rules(GateRule(metric="right", margin=0.1), GateRule(metric="tone", margin=0.1))
    before, now = measure(1.0), measure(0.0)
    assert judge_drift(spec, before=before, now=now).direction == "worse"
    assert judge_drift(spec, before=before, now=now, barred={"tone": "No."}).direction == "same"


def test_scores_of_two_versions_are_not_put_together() -> None:
    before, now = make_side([1.0] * 60), make_side([0.0] * 60, versions="2")
    drift = judge_drift(SPEC, before=before, now=now)
    assert drift.direction == "open"
    assert "different versions" in drift.reason


def test_without_a_metric_nothing_is_concluded() -> None:
    spec = GateSpec(rules=(GateRule(metric="wrong"),))
    side = make_side([1.0] * 30)
    assert judge_drift(spec, before=side, now=side).direction == "open"
