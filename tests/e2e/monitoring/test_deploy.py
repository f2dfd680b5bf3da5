"""The dashboard and the rules in `deploy/` name metrics and labels that a server really has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from answerable.monitoring.metrics.definitions import DEFINITIONS
from tests.e2e.monitoring.test_monitoring import scrape
from tests.e2e.running import RunningServer

DEPLOY = Path(__file__).parents[3] / "deploy"
_OTHERS = {"up": {"job", "instance"}}
_TARGET = {"job", "instance"}
"""Labels that Prometheus adds to whatever it scrapes."""
_GRAFANA = {"$__rate_interval": "5m", "$__range": "1h"}


def _read_dashboard() -> dict[str, Any]:
    dashboard: dict[str, Any] = json.loads(
        (DEPLOY / "grafana" / "answerable.json").read_text(encoding="utf-8")
    )
    return dashboard


def _read_rules() -> list[dict[str, Any]]:
    text = (DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8")
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def _list_expressions() -> Iterator[tuple[str, str, str]]:
    """Yield where an expression is, the expression, and the text that its labels are written into."""
    for rule in _read_rules():
        yield rule["alert"], rule["expr"], " ".join(rule["annotations"].values())
    for panel in _read_dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["expr"], target["legendFormat"]
    for note in _read_dashboard()["annotations"]["list"]:
        yield note["name"], note["expr"], note["titleFormat"]


def _parse(expression: str) -> promql_parser.Expr:
    for name, value in _GRAFANA.items():
        expression = expression.replace(name, value)
    return promql_parser.parse(expression)


def _find_selectors(expression: promql_parser.Expr) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        elif isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)
        return True

    promql_parser.walk(expression, pre_visit=visit)
    return found


def _find_groups(expression: promql_parser.Expr) -> set[str]:
    labels: set[str] = set()

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            labels.update(node.modifier.labels)
        return True

    promql_parser.walk(expression, pre_visit=visit)
    return labels


@pytest.fixture(scope="module")
def exposed(monitored: RunningServer) -> dict[str, set[str]]:
    """The labels of each sample's name that the server exposes, as defined where there is no sample yet."""
    labels = dict(_OTHERS)
    for definition in DEFINITIONS:
        suffixes = ("_bucket", "_sum", "_count") if definition.kind == "histogram" else ("",)
        for suffix in suffixes:
            extra = {"le"} if suffix == "_bucket" else set()
            labels[definition.name + suffix] = {*definition.labels, *extra} | _TARGET
    text = scrape(monitored).text
    families = {family.name for family in text_string_to_metric_families(text)}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert set(sample.labels) <= labels.setdefault(sample.name, set(sample.labels) | _TARGET)
    missing = {one.name for one in DEFINITIONS if one.name.removesuffix("_total") not in families}
    assert not missing
    return labels


@pytest.mark.parametrize(("place", "expression", "shown"), list(_list_expressions()))
def test_an_expression_is_promql_over_metrics_that_there_are(
    exposed: dict[str, set[str]], place: str, expression: str, shown: str
) -> None:
    parsed = _parse(expression)
    known: set[str] = set()
    for selector in _find_selectors(parsed):
        assert selector.name in exposed, f"{place}: no metric {selector.name}"
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= exposed[selector.name], f"{place}: {asked - exposed[selector.name]}"
        known |= exposed[selector.name]
    groups = _find_groups(parsed)
    assert groups <= known, f"{place}: {groups - known}"
    in_rules = set(re.findall(r"\$labels\.(\w+)", shown))
    in_legend = set(re.findall(r"\{\{(\w+)\}\}", shown))
    assert in_rules | in_legend <= (groups or known), f"{place}: {shown}"


def test_the_dashboards_variables_ask_for_labels_that_there_are(exposed: dict[str, set[str]]) -> None:
    for variable in _read_dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
            assert found is not None
            (selector,) = _find_selectors(_parse(found[1]))
            assert found[2] in exposed[str(selector.name)]


def test_the_panels_fill_the_page_without_overlap() -> None:
    panels = _read_dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) == 23
    assert all(panel["type"] == "row" or panel["targets"] for panel in panels)


def test_rules_and_scrape_are_what_prometheus_reads() -> None:
    for rule in _read_rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        if "for" in rule:
            promql_parser.parse_duration(rule["for"])
    scrape_file = yaml.safe_load((DEPLOY / "prometheus" / "scrape.yaml").read_text(encoding="utf-8"))
    (job,) = scrape_file["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("answerable", "/metrics")
    assert {rule["alert"] for rule in _read_rules() if 'job="answerable"' in rule["expr"]} == {
        "AnswerableDown"
    }
