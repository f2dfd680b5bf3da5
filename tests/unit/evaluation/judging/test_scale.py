"""What a judge puts out becomes a number, an abstention, or is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from answerable.core.errors import InvalidInput
from answerable.evaluation.judging.scale import Scale, UnreadableError, find_scale, read
from tests.fakes.judges import make_judge, make_score_schema

VERDICT = find_scale(make_judge().schema, app="tone")
SCORE = find_scale(make_score_schema(minimum=1, maximum=5), app="tone")


def test_pass_and_fail_are_a_binary_scale() -> None:
    assert Scale("verdict", 0.0, 1.0, binary=True) == VERDICT


def test_a_verdict_with_something_between_is_not_binary() -> None:
    schema = make_judge(words=["supported", "partial", "unsupported"]).schema
    assert not find_scale(schema, app="tone").binary


def test_a_score_has_the_bounds_of_its_schema() -> None:
    assert (SCORE.low, SCORE.high) == (1.0, 5.0)
    assert SCORE.normalise(4.0) == 0.75
    assert SCORE.normalise(9.0) == 1.0


def test_a_score_without_bounds_is_taken_to_lie_between_0_and_1() -> None:
    scale = find_scale(make_score_schema(), app="tone")
    assert (scale.low, scale.high) == (None, None)
    assert scale.normalise(0.3) == 0.3


def test_an_app_without_score_and_verdict_is_no_judge() -> None:
    with pytest.raises(InvalidInput, match="'tone' is no judge") as caught:
        find_scale({"type": "object", "properties": {"answer": {"type": "string"}}}, app="tone")
    assert caught.value.code == "no_judge"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"verdict": "pass"}, 1.0),
        ({"verdict": " FAIL "}, 0.0),
        ({"verdict": "partial"}, 0.5),
        ({"verdict": "abstain"}, None),
        ({"verdict": True}, 1.0),
        ({"verdict": "pass", "abstain": True}, None),
    ],
)
def test_verdicts_are_read(said: dict[str, Any], value: float | None) -> None:
    assert read(said, VERDICT).value == value


@pytest.mark.parametrize(
    "said",
    ["I would say that it is fine.", None, [], {}, {"verdict": "splendid"}, {"verdict": None}],
)
def test_prose_is_no_verdict(said: Any) -> None:
    with pytest.raises(UnreadableError):
        read(said, VERDICT)


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, True, "4", None])
def test_what_is_no_finite_number_is_no_score(score: Any) -> None:
    with pytest.raises(UnreadableError):
        read({"score": score, "reason": "x"}, SCORE)


def test_the_reason_comes_along_and_is_bounded() -> None:
    found = read({"score": 3, "reason": "w" * 9_000}, SCORE)
    assert found.value == 3.0
    assert len(found.reason) == 4_000
