"""Refuses to compare what cannot be compared."""

from __future__ import annotations

from answerable.apps.gate_settings import GateSpec
from answerable.core.errors import Conflict
from answerable.evaluation.gating.types import Side


def check_comparable(candidate: Side, baseline: Side) -> None:
    """Raises Conflict: different dataset versions or splits (`dataset_versions_differ`), or evaluators whose versions
    are not the same (`evaluator_versions_differ`)."""
    if (candidate.dataset, candidate.version_hash) != (baseline.dataset, baseline.version_hash):
        raise Conflict(
            f"The candidate was measured on {_name_version(candidate)}, the baseline on {_name_version(baseline)}.",
            hint="Measure both on one version: answerable gate does when neither run is named.",
            code="dataset_versions_differ",
        )
    if candidate.split != baseline.split:
        raise Conflict(
            f"The candidate was measured on the split {candidate.split or 'all'!r}, the baseline on "
            f"{baseline.split or 'all'!r}.",
            hint="Measure both on one split.",
            code="dataset_versions_differ",
        )
    _check_evaluators(candidate, baseline)
    changed = sorted(
        key
        for key in candidate.examples.keys() & baseline.examples.keys()
        if candidate.examples[key].content_hash != baseline.examples[key].content_hash
    )
    if changed:
        raise Conflict(
            f"{len(changed)} examples are not the same in both runs, such as {changed[0]!r}.",
            hint="Measure both on one version.",
            code="dataset_versions_differ",
        )


def _check_evaluators(candidate: Side, baseline: Side) -> None:
    differing = [
        f"{name} ({baseline.versions[name]} and {candidate.versions[name]})"
        for name in sorted(candidate.versions.keys() & baseline.versions.keys())
        if candidate.versions[name] != baseline.versions[name]
    ]
    if differing:
        raise Conflict(
            f"The two runs were scored by different versions of {', '.join(differing)}.",
            hint="Scores of two versions are not put together. Run the older evaluation again.",
            code="evaluator_versions_differ",
        )


def _name_version(side: Side) -> str:
    return f"{side.dataset}@{side.version}"


def describe_elsewhere(spec: GateSpec, side: Side) -> str:
    """Return why a run is not what the gate asks to be measured, so that no label moves by it; empty where it is."""
    name, _, version = (spec.dataset or side.dataset).partition("@")
    asked = _name_part(name, version, spec.split or "")
    measured = _name_part(side.dataset, version and str(side.version), side.split)
    if asked != measured:
        return (
            f"This lets no label move: the gate asks for {asked}, and {side.name} was measured on {measured}."
        )
    if side.tags:
        tags = ", ".join(side.tags)
        return f"This lets no label move: {side.name} was measured on the examples tagged {tags} alone."
    if side.repeats < spec.repeats:
        return (
            f"This lets no label move: the gate asks each example {spec.repeats} times, and {side.name} "
            f"was asked {side.repeats} times."
        )
    return ""


def _name_part(dataset: str, version: str, split: str) -> str:
    ref = f"{dataset}@{version}" if version else dataset
    return f"the split {split} of {ref}" if split else ref
