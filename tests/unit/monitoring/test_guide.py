"""The guide on monitoring lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.monitoring.alerts.measures import MEASURES, SCORE
from answerable.monitoring.metrics.definitions import DEFINITIONS
from answerable.quality.online.evaluators.registry import EVALUATORS

_GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "monitoring.md").read_text(encoding="utf-8")


def _read_table(heading: str) -> list[list[str]]:
    """Return the cells of the table whose first column is called so."""
    found = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", _GUIDE, re.MULTILINE)
    assert found is not None
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in found[1].splitlines()]


def test_every_metric_is_described_as_it_is() -> None:
    described = [
        (name.strip("`"), kind, tuple(re.findall(r"`(\w+)`", labels)), text)
        for name, kind, labels, text in _read_table("metric")
    ]
    assert described == [(one.name, one.kind, one.labels, one.documentation) for one in DEFINITIONS]


def test_every_measure_is_described() -> None:
    described = [name for row in _read_table("measure") for name in re.findall(r"`([\w:]+)`", row[0])]
    assert sorted(described) == sorted([*MEASURES, f"{SCORE}NAME"])


def test_every_evaluator_is_described_as_it_is() -> None:
    described = {row[0].strip("`"): row[1] for row in _read_table("evaluator")}
    assert described.pop("judge:APP")
    assert described == {name: evaluator.definition for name, evaluator in EVALUATORS.items()}
