"""A queue that is not acceptable is refused as a whole, each fault with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from answerable.core.errors import InvalidFields, InvalidInput
from answerable.quality.queues.scans import to_filter
from answerable.reviews.rules import Conditions
from answerable.reviews.spec import read_spec, read_spec_file
from answerable.traces.types import TraceFilter

LABELS = [{"name": "correct", "kind": "boolean"}]


def refuse(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refused:
        read_spec({"name": "support", "labels": LABELS, **changes})
    assert refused.value.code == "invalid_queue"
    return {problem.at: problem.problem for problem in refused.value.problems}


def test_a_small_queue_has_defaults() -> None:
    spec = read_spec({"name": "support", "labels": LABELS})
    assert (spec.annotators, spec.blind, spec.gold_share, spec.lock_minutes) == (1, False, 0, 15)
    assert (spec.settle, spec.rule, spec.examples_go_to) == ("unanimous", None, "support")


@pytest.mark.parametrize(
    ("rule", "at", "words"),
    [
        ({"any": [{"random": 0}]}, "rule.any[0].random", "greater than 0, not 0"),
        ({"any": [{"random": "often"}]}, "rule.any[0].random", "valid number"),
        ({"any": [{"verdict": "unsuported"}]}, "rule.any[0].verdict", "'unsupported'"),
        ({"any": [{"tumb": "down"}]}, "rule.any[0].tumb", "Did you mean 'thumb'?"),
        ({"label": []}, "rule.label", "Did you mean 'labels'?"),
        ({"any": [{}]}, "rule.any[0]", "exactly one of random, thumb"),
        ({"any": [{"random": 0.1, "thumb": "up"}]}, "rule.any[0]", "exactly one"),
        ({"any": [{"disagreement": {"apart": 0.5}}]}, "rule.any[0].disagreement.judge", "required"),
        ({"any": [{"first": {"count": 0}}]}, "rule.any[0].first.count", "greater than or equal to 1"),
        ({"where": {"ap": "ask"}}, "rule.where.ap", "no such key"),
        ({"where": {"since": "yesterday"}}, "rule.where.since", "valid datetime"),
        ({"where": {"since": "2026-01-01"}}, "rule.where.since", "timezone"),
        (
            {"where": {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}},
            "rule.where",
            "before `until`",
        ),
        ({"slices": [{"name": "a b", "count": 1}]}, "rule.slices[0].name", "match pattern"),
        ({"slices": [{"name": "a", "count": 1}] * 2}, "rule", "same name"),
        ({"slices": [{"name": "a", "count": 1}], "quota": {"per": "app", "count": 1}}, "rule", "not both"),
        ("app = 'ask'", "rule", "dictionary or instance of Rule, not \"app = 'ask'\""),
    ],
)
def test_a_rule_with_a_bad_expression_is_refused_with_its_place(rule: Any, at: str, words: str) -> None:
    problems = refuse(rule=rule)
    assert list(problems) == [at]
    assert words in problems[at]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ({"name": "A", "kind": "boolean"}, "match pattern"),
        ({"name": "a", "kind": "text"}, "'boolean', 'category'"),
        ({"name": "a", "kind": "category"}, "needs `options`"),
        ({"name": "a", "kind": "boolean", "options": [{"value": "x"}]}, "takes no `options`"),
        ({"name": "a", "kind": "category", "options": [{"value": "x"}] * 2}, "same value"),
        ({"name": "a", "kind": "scale", "least": 5, "most": 5}, "below its `most`"),
        ({"name": "a", "kind": "boolean", "many": True}, "only a category"),
        ({"name": "a", "kind": "category", "options": [{"value": "x", "key": "1"}]}, "match pattern"),
    ],
)
def test_a_label_that_makes_no_sense_is_refused(label: dict[str, Any], words: str) -> None:
    problems = refuse(labels=[label])
    assert words in " ".join(problems.values())


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([], "at least 1"),
        (LABELS * 2, "two labels are named 'correct'"),
        ([{"name": "a", "kind": "correction"}, {"name": "b", "kind": "correction"}], "at most one"),
        ([{"name": "a", "kind": "category", "options": [{"value": "x", "key": "u"}]}], "does something else"),
        (
            [
                {"name": name, "kind": "category", "options": [{"value": "x", "key": "k"}]}
                for name in ("a", "b")
            ],
            "two options have the key 'k'",
        ),
    ],
)
def test_labels_that_do_not_go_together_are_refused(labels: list[Any], words: str) -> None:
    assert words in " ".join(refuse(labels=labels).values())


def test_everything_that_is_wrong_is_named_at_once() -> None:
    problems = refuse(name="No Name", annotators=0, blnd=True, rule={"any": [{"random": 2}]})
    assert set(problems) == {"name", "annotators", "blnd", "rule.any[0].random"}
    assert "Did you mean 'blind'?" in problems["blnd"]


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_characters_that_cannot_be_stored_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be stored|unicode"):
        read_spec({"name": "support", "labels": LABELS, "description": text})


def test_a_file_that_is_no_yaml_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "queue.yaml"
    path.write_text("name: support\nlabels: [}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"queue\.yaml:2: not valid YAML"):
        read_spec_file(path)
    path.write_text("- one\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="holds no queue"):
        read_spec_file(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_spec_file(tmp_path / "nothing.yaml")


def test_a_yaml_file_is_read_with_its_times(tmp_path: Path) -> None:
    path = tmp_path / "queue.yaml"
    path.write_text(
        "name: support\nrule: {where: {since: 2026-01-01T00:00:00Z}}\nlabels: [{name: a, kind: boolean}]\n",
        encoding="utf-8",
    )
    spec = read_spec_file(path)
    assert spec.rule is not None
    assert spec.rule.where.since is not None
    assert read_spec(spec.model_dump(mode="json")) == spec


def test_conditions_have_the_words_of_a_filter_of_traces() -> None:
    assert set(Conditions.model_fields) <= set(TraceFilter.__dataclass_fields__)
    assert to_filter(Conditions(app="ask")) == TraceFilter(app="ask", purposes=("serve",), status="ok")
