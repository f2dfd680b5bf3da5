"""The guide of evaluators: it names every kind, every option and every metric, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import KINDS
from answerable.evaluation.evaluators.spec import EvaluatorSpec
from tests.unit.evaluation.evaluators.making import make_case, open_one, score

_GUIDE = (Path(__file__).parents[4] / "docs/guides/evaluators.md").read_text(encoding="utf-8")
_ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*)\|$", _GUIDE, re.MULTILINE))
_JUDGES = {"judge", "faithfulness", "relevance", "pairwise", "conversation"}
_NEEDED = {"regex": {"pattern": "a"}}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", _GUIDE, re.MULTILINE | re.DOTALL)


def test_the_table_has_every_kind() -> None:
    assert set(_ROWS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_names_every_option(kind: str) -> None:
    options = set(KINDS[kind].options.model_fields) - {"name"}
    assert {option for option in options if f"`{option}`" not in _ROWS[kind]} == set()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - _JUDGES - {"python", "similarity"}))
def test_a_row_names_every_metric(kind: str) -> None:
    evaluator = open_one({kind: _NEEDED.get(kind, {})})
    names = {re.sub(r"@\d+", "@K", metric.name) for metric in evaluator.metrics}
    assert {name for name in names if f"`{name}`" not in _ROWS[kind]} == set()


def _entries() -> list[EvaluatorSpec]:
    return [spec for block in _blocks("yaml") for spec in read_specs(yaml.safe_load(block)["evaluators"])]


def test_the_entries_of_the_guide_can_be_read() -> None:
    assert len(_entries()) == 10


async def test_the_functions_of_the_guide_work(tmp_path: Path) -> None:
    (tmp_path / "evals.py").write_text("\n".join(_blocks("python")), encoding="utf-8")
    context = EvaluatorContext(workspace=tmp_path)
    case = make_case("Obviously, please", "please")
    found: dict[str, float | None] = {}
    for spec in _entries()[-3:]:
        found |= await score(spec.to_entry(), case, context)
    assert found == {"polite": 1.0, "length": 17 / 18, "rude": 0.0, "rude_words": 0.0}
