"""The `gate:` and `evaluators:` blocks: what a new variant is held to, and what is wrong with them, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.apps.files.dump import dump_app
from answerable.apps.files.loader import load_apps
from answerable.apps.gate_settings import GateRule, GateSpec, read_gate_spec
from answerable.evaluation.evaluators.checking import list_faults
from tests.unit.apps.files.workspaces import MODEL, load, load_one, write

HEAD = "kind: prompt\nvariants:\n  v:\n    prompt: |\n      Hello\n"
"""A valid app of five lines; what a test adds is line 6."""

BLOCK = """evaluators:
  - exact
  - contains: {ignore_case: true}
gate:
  dataset: golden
  labels: [production]
  rules:
    - metric: exact
      margin: 0.02
      tags: [german]
    - metric: latency_ms
      margin: 10%
"""


def test_they_are_read_and_are_no_part_of_any_variant(tmp_path: Path) -> None:
    plain = load_one(tmp_path / "plain", HEAD)
    app = load_one(tmp_path / "with", HEAD + BLOCK)
    assert app.evaluators == ("exact", {"contains": {"ignore_case": True}})
    assert app.gate.rules == (
        GateRule(metric="exact", margin=0.02, tags=("german",)),
        GateRule(metric="latency_ms", margin="10%"),
    )
    assert (app.gate.dataset, app.gate.labels, app.gate.alpha) == ("golden", ("production",), 0.05)
    assert [rule.relative_margin for rule in app.gate.rules] == [None, 0.1]
    assert app.variants[0].hash == plain.variants[0].hash
    assert (plain.evaluators, plain.gate) == ((), GateSpec())


def test_a_file_that_is_written_says_them_again(tmp_path: Path) -> None:
    app = load_one(tmp_path, HEAD + BLOCK)
    files = dump_app(
        app.name, app.kind, "", app.labels, app.variants, evaluators=app.evaluators, gate=app.gate
    )
    write(tmp_path / "again", files)
    (again,) = load_apps(tmp_path / "again", default_model=MODEL).apps
    assert (again.evaluators, again.gate) == (app.evaluators, app.gate)


@pytest.mark.parametrize(
    ("text", "line", "message", "suggestion"),
    [
        ("gate: 3\n", 6, "not a mapping", "dataset, split"),
        ("gate:\n  datset: golden\n", 7, "no key 'datset'", "'dataset'"),
        ("gate:\n  alpha: 0\n", 7, "'alpha' should be greater", ""),
        ("gate:\n  power: 1\n", 7, "'power' should be less", ""),
        ("gate:\n  fails_when: worst\n", 7, "'fails_when' should be", "'worse'"),
        ("gate:\n  labels: [production]\n", 6, "need a `dataset`", ""),
        ("gate:\n  rules: exact\n", 7, "not a list", "metric: exact"),
        ("gate:\n  rules:\n    - exact\n", 8, "A rule is a mapping", "metric: exact"),
        ("gate:\n  rules:\n    - metric: exact\n      marge: 1\n", 9, "no key 'marge'", "'margin'"),
        ("gate:\n  rules:\n    - metric: exact\n      margin: -1\n", 9, "'margin' is 0 or more", ""),
        ("gate:\n  rules:\n    - metric: exact\n      margin: ten\n", 9, "such as 10%", ""),
        ("gate:\n  rules:\n    - margin: 0.1\n", 8, "metric", ""),
        ("gate:\n  rules:\n    - metric: a\n    - metric: a\n", 6, "two rules for a", ""),
        ("evaluators: exact\n", 6, "not a list", "- exact"),
        ("evaluators:\n  - exact\n  - [a, b]\n", 8, "the name of its kind", "- exact"),
        ("evaluators:\n  - contains: {}\n    regex: {}\n", 7, "the name of its kind", "- exact"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str, line: int, message: str, suggestion: str
) -> None:
    problems = load(tmp_path, {"apps/listing.yaml": HEAD + text}).problems
    (problem,) = [one for one in problems if one.line == line]
    assert message in problem.message
    assert suggestion in problem.suggestion


def test_evaluators_that_are_none_are_named_with_their_lines(tmp_path: Path) -> None:
    text = "evaluators:\n  - exact\n  - exat\n  - contains:\n      ignore: true\n"
    write(tmp_path, {"apps/listing.yaml": HEAD + text})
    loaded = load_apps(tmp_path, default_model=MODEL, list_faults=list_faults)
    assert [(problem.line, problem.message) for problem in loaded.problems] == [
        (8, "There is no evaluator 'exat'. Did you mean 'exact'?"),
        (9, "contains.ignore: There is no such option. Did you mean 'ignore_case'?"),
    ]


def test_what_another_version_stored_lets_nothing_pass_and_keeps_the_labels_shut(
    caplog: pytest.LogCaptureFixture,
) -> None:
    spec = read_gate_spec("faq", {"labels": ["production"], "dataset": "golden", "sorcery": 3})
    assert spec.labels == ("production",)
    assert spec.hash != read_gate_spec("faq", {"labels": ["production"], "dataset": "golden"}).hash
    assert "another version" in caplog.text


def test_which_labels_need_a_pass_does_not_make_another_gate() -> None:
    one = GateSpec(dataset="golden", labels=("production",))
    assert one.hash == GateSpec(dataset="golden").hash
    assert one.hash != GateSpec(dataset="golden", rules=(GateRule(metric="exact"),)).hash
