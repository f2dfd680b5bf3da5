"""Decides whether a candidate is good enough to take the baseline's place.

Each rule is a test of non-inferiority: it passes when its interval excludes a loss of the margin or more. The whole
passes when every rule does, and that needs no correction, since all of them would have to err at once (an
intersection-union test: Berger, Technometrics 24, 1982). It fails when any rule does, and there one of many errs more
easily: those p-values are corrected by Holm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answerable.apps.gate_settings import GateRule, GateSpec
from answerable.evaluation.gating.comparing import check_comparable
from answerable.evaluation.gating.findings import Weighed, describe, describe_unmeasured
from answerable.evaluation.gating.pairing import pair, to_differences
from answerable.evaluation.gating.rules import NamedRule, name_rules
from answerable.evaluation.gating.types import Finding, GateVerdict, Side, Verdict
from answerable.evaluation.statistics import holm
from answerable.evaluation.statistics.paired import compare


@dataclass(frozen=True, slots=True)
class _Open:
    """A rule for which too little was measured, or whose judge is not to be trusted."""

    finding: Finding


def decide(
    spec: GateSpec, *, candidate: Side, baseline: Side, barred: Mapping[str, str] | None = None
) -> GateVerdict:
    """Return the verdict. `barred` says for metrics why they may not gate, such as a judge that agrees too little.

    The same runs give the same verdict. Takes up to a second for each rule: keep it off the event loop. Raises
    Conflict where the two cannot be compared, InvalidFields (`unknown_metric`) and InvalidInput (`no_rules`).
    """
    check_comparable(candidate, baseline)
    rules = name_rules(spec, candidate=candidate, baseline=baseline)
    weighed = [_weigh(spec, rule, candidate, baseline, barred or {}) for rule in rules]
    tested = [one for one in weighed if isinstance(one, Weighed)]
    adjusted = iter(holm.adjust([one.p_failing for one in tested]))
    findings = tuple(
        one.finding if isinstance(one, _Open) else describe(one, p_adjusted=next(adjusted)) for one in weighed
    )
    return GateVerdict(
        app=candidate.app,
        verdict=_sum_up(findings),
        findings=findings,
        candidate=candidate.name,
        baseline=baseline.name,
        candidate_hash=candidate.variant_hash,
        baseline_hash=baseline.variant_hash,
        dataset=candidate.dataset,
        version=candidate.version,
        version_hash=candidate.version_hash,
        examples=len(candidate.examples.keys() & baseline.examples.keys()),
        repeats=candidate.repeats,
        alpha=spec.alpha,
        power=spec.power,
        gate_hash=spec.hash,
        candidate_run=candidate.run_id,
        baseline_run=baseline.run_id,
        notes=_list_notes(spec, candidate, baseline, findings),
    )


def _weigh(
    spec: GateSpec, named: NamedRule, candidate: Side, baseline: Side, barred: Mapping[str, str]
) -> Weighed | _Open:
    rule = _fill_in(named.rule, spec)
    pairs = pair(rule, named.name, named.metric, candidate=candidate, baseline=baseline)
    if len(pairs) == 0:
        return _Open(describe_unmeasured(rule, named.metric, pairs))
    differences = to_differences(pairs, rule, named.metric)
    seed = _get_seed(candidate.version_hash, rule.name)
    return Weighed(
        rule=rule,
        metric=named.metric,
        pairs=pairs,
        differences=differences,
        comparison=compare(differences, alpha=rule.alpha or spec.alpha, seed=seed),
        barred=barred.get(named.name, ""),
        candidate=candidate,
        baseline=baseline,
    )


def _fill_in(rule: GateRule, spec: GateSpec) -> GateRule:
    """Return the rule with what the gate says where it says nothing."""
    names = ("alpha", "power", "min_examples", "fails_when")
    return rule.model_copy(
        update={name: getattr(spec, name) for name in names if getattr(rule, name) is None}
    )


def _get_seed(version_hash: str, rule: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{version_hash} {rule}".encode()).digest()[:8])


def _sum_up(findings: Sequence[Finding]) -> Verdict:
    verdicts = {finding.verdict for finding in findings}
    if "fail" in verdicts:
        return "fail"
    return "inconclusive" if "inconclusive" in verdicts else "pass"


def _list_notes(
    spec: GateSpec, candidate: Side, baseline: Side, findings: Sequence[Finding]
) -> tuple[str, ...]:
    notes = []
    if not spec.rules:
        notes.append(
            "The app has no rules: each metric between 0 and 1 was held to a margin of 0.05. "
            "Write your own under `gate:`."
        )
    alone = len(candidate.examples.keys() ^ baseline.examples.keys())
    if alone:
        notes.append(f"{alone} examples were measured for one of the two only, and left out.")
    for side, name in ((candidate, "candidate"), (baseline, "baseline")):
        failed = sum(one.failed for one in side.examples.values())
        if failed:
            notes.append(
                f"The {name} gave no output {failed} times; each counts as the worst value of a bounded metric."
            )
    if candidate.variant_hash == baseline.variant_hash:
        notes.append("Candidate and baseline are the same variant.")
    judged = dict.fromkeys(one.metric.name for one in findings if one.metric.name in candidate.trust)
    notes += [f"{metric} is scored by a judge: {candidate.trust[metric]}." for metric in judged]
    notes += [
        f"{one.rule.name} came to 0 for both: look whether its evaluator fits what the app gives."
        for one in findings
        if one.metric.better == "higher" and one.candidate == one.baseline == 0
    ]
    return tuple(notes)
