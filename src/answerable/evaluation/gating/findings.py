"""What a rule found: its verdict, and why in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from answerable.apps.gate_settings import GateRule
from answerable.evaluation.gating.pairing import Pairs
from answerable.evaluation.gating.planning import SampleSize, plan_examples
from answerable.evaluation.gating.regressions import find_regressions
from answerable.evaluation.gating.types import Finding, Side, Verdict
from answerable.evaluation.statistics.paired import Comparison, Differences
from answerable.evaluation.types import Metric

MOST_MISSING: Final = 0.1
"""With a larger share of the examples without a score on one side, what is left may not be like the whole."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A rule with what was measured and what that shows; `rule` has no None but for `better` and `kind`."""

    rule: GateRule
    metric: Metric
    pairs: Pairs
    differences: Differences
    comparison: Comparison
    barred: str
    candidate: Side
    baseline: Side

    @property
    def p_failing(self) -> float:
        """The p-value of what a rule fails by."""
        worse = self.rule.fails_when == "worse"
        return self.comparison.p_worse if worse else self.comparison.p_within

    @property
    def lacks(self) -> str:
        """Why nothing can be concluded, whatever the numbers are; empty where something can."""
        n, missing = len(self.pairs), self.pairs.missing
        if self.barred:
            return self.barred
        if n < max(2, self.rule.min_examples or 0):
            return f"It has {n} of the {max(2, self.rule.min_examples or 0)} examples that the rule asks for."
        if missing > MOST_MISSING * (n + missing):
            return f"{missing} of {n + missing} examples have no score on one side."
        return ""


def describe_unmeasured(rule: GateRule, metric: Metric, pairs: Pairs) -> Finding:
    """Return the finding of a rule for which no example has a value on both sides."""
    reason = "No example has a score on both sides."
    if pairs.missing:
        reason = f"No example has a score on both sides; {pairs.missing} have one on one side or failed to be scored."
    elif rule.tags:
        reason = f"No example that was scored has the tags {', '.join(rule.tags)}."
    return Finding(
        rule, metric, "inconclusive", reason, n=0, missing=pairs.missing, more_examples=rule.min_examples
    )


def describe(weighed: Weighed, *, p_adjusted: float) -> Finding:
    """Return what the rule found; `p_adjusted` is `p_failing`, corrected for all the rules."""
    rule, comparison = weighed.rule, weighed.comparison
    alpha, power = rule.alpha or 0.05, rule.power or 0.8
    to_fail = 0.0 if rule.fails_when == "worse" else -weighed.differences.mean_margin
    size = plan_examples(weighed.differences, comparison, alpha=alpha, power=power, to_fail=to_fail)
    verdict = _judge(weighed, p_adjusted, alpha)
    values = weighed.differences.values
    finding = Finding(
        rule,
        weighed.metric,
        verdict,
        "",
        n=len(weighed.pairs),
        missing=weighed.pairs.missing,
        baseline=_average(weighed.pairs.before, weighed),
        candidate=_average(weighed.pairs.after, weighed),
        margin=weighed.differences.mean_margin,
        p_worse=comparison.p_worse,
        p_worse_adjusted=p_adjusted,
        p_beyond=comparison.p_beyond,
        method=comparison.method,
        power=size.power,
        needed=size.needed,
        more_examples=_count_more(weighed, size) if verdict == "inconclusive" else None,
        improved=int((values > 0).sum()),
        worsened=int((values < 0).sum()),
        regressions=find_regressions(weighed.pairs, values, weighed.candidate, weighed.baseline),
    )
    finding = _add_interval(finding, weighed)
    return replace(finding, reason=weighed.lacks or _explain(finding))


def _judge(weighed: Weighed, p_adjusted: float, alpha: float) -> Verdict:
    if weighed.lacks:
        return "inconclusive"
    if weighed.comparison.p_beyond <= alpha:
        return "pass"
    return "fail" if p_adjusted <= alpha else "inconclusive"


def _add_interval(finding: Finding, weighed: Weighed) -> Finding:
    """Return the finding with the difference in the metric's own direction."""
    comparison = weighed.comparison
    higher = (weighed.rule.better or weighed.metric.better) == "higher"
    low, high = comparison.interval.low, comparison.interval.high
    if not higher:
        low, high = -high, -low
    known = np.isfinite(low) and np.isfinite(high)
    return replace(
        finding,
        difference=comparison.mean if higher else 0.0 - comparison.mean,
        low=low if known else None,
        high=high if known else None,
    )


def _count_more(weighed: Weighed, size: SampleSize) -> int | None:
    if weighed.barred:
        return None
    short = max(2, weighed.rule.min_examples or 0) - len(weighed.pairs)
    return (
        short if size.more is None and short > 0 else (None if size.more is None else max(size.more, short))
    )


def _average(values: np.typing.NDArray[np.float64], weighed: Weighed) -> float:
    return float(np.average(values, weights=weighed.pairs.weights))


def _explain(finding: Finding) -> str:
    if finding.verdict == "pass":
        return "Better." if finding.is_better else "Not worse by the margin."
    if finding.verdict == "fail":
        beyond = finding.rule.fails_when == "beyond_margin" or finding.best_case < -finding.margin
        return "Worse by more than the margin." if beyond else "Worse, and perhaps by more than the margin."
    more = finding.more_examples
    if more is None:
        return "Too close to the margin to be decided by more examples."
    return f"Neither shown to be good enough nor to be worse; about {more:,} more examples would decide."
