"""Entries of a file become specs, and everything that is wrong with them is said at once."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.core.errors import InvalidFields
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import KINDS, describe_metrics, open_evaluators
from answerable.evaluation.evaluators.spec import EvaluatorSpec
from tests.unit.evaluation.evaluators.making import open_one


def test_an_entry_is_a_name_a_value_or_options() -> None:
    assert read_specs(["exact", {"contains": {"ignore_case": True}}, {"regex": "a+"}, {"exact": None}]) == (
        EvaluatorSpec("exact"),
        EvaluatorSpec("contains", {"ignore_case": True}),
        EvaluatorSpec("regex", {"pattern": "a+"}),
        EvaluatorSpec("exact"),
    )


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("exact", EvaluatorSpec("exact")),
        ("contains:a: b", EvaluatorSpec("contains", {"text": ["a: b"]})),
        ("python:evals.py:polite", EvaluatorSpec("python", {"function": "evals.py:polite"})),
    ],
)
def test_one_is_named_in_a_word(text: str, spec: EvaluatorSpec) -> None:
    assert read_specs([text]) == (spec,)


def test_a_spec_is_written_as_it_was_read() -> None:
    entries = ["exact", {"retrieval": {"k": [1, 3], "match": "document"}}, {"numeric": {"relative": 0.1}}]
    specs = read_specs(entries)
    assert [spec.to_entry() for spec in specs] == entries
    assert read_specs([spec.to_entry() for spec in specs]) == specs


def test_every_problem_is_told_with_its_place_and_what_was_meant() -> None:
    entries = [
        "exat",
        {"contains": {"ignore_cse": True}},
        {"regex": "(?=a)"},
        {"retrieval": {"k": [0]}},
        {"numeric": {"relative": -1}},
        7,
        "LLMJudge",
        "NDCG",
        "vibes",
        {"latency": 3},
    ]
    with pytest.raises(InvalidFields) as raised:
        read_specs(entries)
    assert [str(problem) for problem in raised.value.problems] == [
        "[0]: There is no evaluator 'exat'. Did you mean 'exact'?",
        "[1].contains.ignore_cse: There is no such option. Did you mean 'ignore_case'?",
        "[2].regex.pattern: It is no expression of RE2: there is no looking ahead, `(?=`.",
        "[3].retrieval.k: The depths are different numbers of 1 to 1000.",
        "[4].numeric.relative: Input should be greater than or equal to 0.",
        "[5]: An evaluator is a name, or a name with its options. "
        "Write `- exact` or `- contains: {ignore_case: true}`.",
        "[6]: There is no evaluator 'LLMJudge'. Did you mean 'judge'?",
        "[7]: There is no evaluator 'NDCG'. Did you mean 'retrieval'?",
        "[8]: There is no evaluator 'vibes'. There is `python` for one of your own.",
        "[9].latency: Its options are a mapping: name.",
    ]
    assert "exact, contains" in (raised.value.hint or "")


@pytest.mark.parametrize("entries", ["exact", {"exact": {}}, None])
def test_evaluators_are_a_list(entries: Any) -> None:
    with pytest.raises(InvalidFields, match="They are a list"):
        read_specs(entries)


def test_two_of_a_kind_need_names() -> None:
    with pytest.raises(InvalidFields, match="2 evaluators are called so"):
        open_evaluators(read_specs([{"regex": "a"}, {"regex": "b"}]), EvaluatorContext())
    named = read_specs([{"regex": "a"}, {"regex": {"pattern": "b", "name": "has_b"}}])
    assert list(describe_metrics(open_evaluators(named, EvaluatorContext()))) == ["regex", "has_b"]


def test_two_that_give_one_metric_are_refused() -> None:
    entries = [{"regex": {"pattern": "a", "name": "answer_f1"}}, "squad"]
    with pytest.raises(InvalidFields, match="2 evaluators give this metric"):
        open_evaluators(read_specs(entries), EvaluatorContext())


def test_a_name_stands_before_the_metrics_of_one_that_gives_several() -> None:
    (evaluator,) = open_evaluators(
        read_specs([{"retrieval": {"name": "docs", "k": 3, "match": "document"}}]), EvaluatorContext()
    )
    assert evaluator.id == "docs"
    assert [metric.name for metric in evaluator.metrics][:2] == ["docs.mrr", "docs.recall@3"]


def test_other_options_are_another_version_and_another_name_is_not() -> None:
    plain = open_one("exact").version
    assert open_one({"exact": {"ignore_case": False}}).version == plain
    assert open_one({"exact": {"name": "same"}}).version == plain
    assert open_one({"exact": {"ignore_case": True}}).version != plain


def test_every_kind_has_a_line_for_the_guide() -> None:
    assert all(kind.summary for kind in KINDS.values())
