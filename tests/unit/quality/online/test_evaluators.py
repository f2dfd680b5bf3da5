"""The evaluators that are code, sampling, and rules that are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from answerable.core.errors import SetupError
from answerable.core.ids import new_trace_id
from answerable.llm.types import Usage
from answerable.quality.online.evaluators.registry import EVALUATORS
from answerable.quality.online.judge import find_question
from answerable.quality.online.rules import check_rules, make_rule
from answerable.quality.online.sampling import is_sampled
from tests.fakes.runs import make_run


@pytest.mark.parametrize(
    ("name", "changes", "value"),
    [
        ("supported_share", {"verdicts": {"supported": 3, "partial": 1, "unchecked": 9}}, 0.75),
        ("supported_share", {"verdicts": {"unchecked": 2}}, None),
        ("answer_length", {"usage": Usage(output_tokens=12)}, 12.0),
        ("answer_length", {"usage": Usage()}, None),
        ("refusal", {"abstained": True}, 1.0),
        ("refusal", {"output": "The sources do not answer this question."}, 1.0),
        ("refusal", {"output": "It is blue."}, 0.0),
        ("latency", {"duration_ms": 1234.5}, 1234.5),
        ("cost", {"cost_usd": Decimal("0.25")}, 0.25),
        ("cost", {"cost_usd": None}, None),
    ],
)
async def test_what_code_makes_of_a_run(name: str, changes: dict[str, Any], value: float | None) -> None:
    found = await EVALUATORS[name].assess(make_run(**changes))
    assert (None if found is None else found.value) == value


def test_a_share_is_about_that_share_and_always_the_same_runs() -> None:
    ids = [new_trace_id() for _ in range(20_000)]
    tenth = {id for id in ids if is_sampled("tone", id, 0.1)}
    assert len(tenth) == pytest.approx(2000, abs=250)  # over 5 standard deviations
    assert tenth <= {id for id in ids if is_sampled("tone", id, 0.2)}
    assert {id for id in ids if is_sampled("tone", id, 1.0)} == set(ids)
    other = {id for id in ids if is_sampled("other", id, 0.1)}
    assert len(tenth & other) == pytest.approx(200, abs=80)


@pytest.mark.parametrize(
    ("input", "question"),
    [
        ({"input": {"question": "Why?"}}, "Why?"),
        (
            {"input": {}, "messages": [{"role": "user", "content": "A"}, {"role": "user", "content": "B"}]},
            "B",
        ),
        ({"input": {"invoice": "x"}}, '{"invoice": "x"}'),
        ({}, "{}"),
    ],
)
def test_what_was_asked_is_found_in_any_kind_of_input(input: dict[str, Any], question: str) -> None:
    assert find_question(make_run(input=input)) == question


def test_rules_that_cannot_be_meant_are_refused() -> None:
    entry: dict[str, Any] = {"name": "tone", "app": "ask", "share": 0.5, "usd_per_day": None}
    good = make_rule(**entry, evaluators=("refusal", "judge:tone"))
    check_rules([good])
    for evaluator in ("happiness", "judge:"):
        with pytest.raises(SetupError, match="no evaluator"):
            make_rule(**entry, evaluators=(evaluator,))
    with pytest.raises(SetupError, match="several"):
        check_rules([good, good])
    with pytest.raises(SetupError, match="judge itself"):
        check_rules([make_rule(**entry, evaluators=("judge:ask",))])
