"""Which rules a gate has, and the metrics that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from answerable.apps.gate_settings import GateRule, GateSpec
from answerable.core.closeness import suggest
from answerable.core.errors import FieldProblem, InvalidFields, InvalidInput
from answerable.evaluation.gating.types import Side
from answerable.evaluation.types import Metric


@dataclass(frozen=True, slots=True)
class NamedRule:
    """A rule with the metric that it means and the name that the runs know it by."""

    rule: GateRule
    name: str
    metric: Metric


def read_gate(data: Mapping[str, Any]) -> GateSpec:
    """Return the gate of a mapping. Raises InvalidFields (`invalid_gate`) with all that is wrong."""
    try:
        return GateSpec.model_validate(data)
    except ValidationError as error:
        problems = [_describe(found) for found in error.errors(include_url=False)]
        raise InvalidFields("The gate is not right", problems, code="invalid_gate") from error


def name_rules(spec: GateSpec, *, candidate: Side, baseline: Side) -> tuple[NamedRule, ...]:
    """Return the rules with their metrics; without a rule, one for each share between 0 and 1 that was measured.

    Raises InvalidFields (`unknown_metric`) for metrics that a run does not have, and InvalidInput (`no_rules`).
    """
    metrics = {name: one for name, one in candidate.metrics.items() if name in baseline.metrics}
    rules = spec.rules or _get_default_rules(metrics, (candidate, baseline))
    if not rules:
        raise InvalidInput(
            "The gate has no rule, and the runs have no metric between 0 and 1 to make one of.",
            hint="Write rules under `gate:` in the app's file, or give the app evaluators.",
            code="no_rules",
        )
    problems = [
        FieldProblem(f"rules[{index}].metric", _describe_unknown(rule.metric, candidate, baseline))
        for index, rule in enumerate(rules)
        if _find_name(rule.metric, candidate, metrics) is None
    ]
    if problems:
        raise InvalidFields("A rule is about what was not measured", problems, code="unknown_metric")
    names = [(rule, _find_name(rule.metric, candidate, metrics) or "") for rule in rules]
    return tuple(NamedRule(rule, name, metrics[name]) for rule, name in names)


def _get_default_rules(metrics: Mapping[str, Metric], sides: Iterable[Side]) -> tuple[GateRule, ...]:
    """Return a rule for each share that any example is about; when none is, as after an outage, for all of them.

    One about wrongly answered questions could never be decided where the dataset has none to be refused.
    """
    shares = [name for name, one in metrics.items() if (one.lowest, one.highest, one.unit) == (0.0, 1.0, "")]
    examples = [one for side in sides for one in side.examples.values()]
    told = {name for one in examples for name in (*one.values, *one.unscored)}
    return tuple(GateRule(metric=name) for name in [name for name in shares if name in told] or shares)


def _find_name(wanted: str, side: Side, metrics: Mapping[str, Metric]) -> str | None:
    if wanted in metrics:
        return wanted
    evaluator, _, metric = wanted.rpartition("/")
    return metric if evaluator and metric in metrics and side.sources.get(metric) == evaluator else None


def _describe_unknown(wanted: str, candidate: Side, baseline: Side) -> str:
    known: Sequence[str] = sorted(candidate.metrics.keys() & baseline.metrics.keys())
    for side in (candidate, baseline):
        if wanted in side.metrics:
            other = baseline if side is candidate else candidate
            return f"{wanted!r} was measured for {side.name} only, not for {other.name}."
    listed = ", ".join(known) or "none at all"
    return f"{wanted!r} was not measured. {suggest(wanted, known) or f'There are {listed}.'}"


def _describe(found: Any) -> FieldProblem:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in found["loc"]).lstrip(".")
    if found["type"] != "extra_forbidden":
        return FieldProblem(path, found["msg"].removeprefix("Value error, ").rstrip(".") + ".")
    known = tuple(GateRule.model_fields if "rules" in found["loc"] else GateSpec.model_fields)
    hint = suggest(str(found["loc"][-1]), known) or f"There are {', '.join(known)}."
    return FieldProblem(path, f"There is no such key. {hint}")
