"""Whether a model behaves as it did: the gate, asked in both directions.

A gate asks whether the new run is worse than the old one; asked the other way round as well, it says whether there is
a difference at all. Passing both ways is equivalence within the margins, by two one-sided tests (Schuirmann: A
comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average
bioavailability, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from answerable.apps.gate_settings import GateSpec
from answerable.core.errors import Conflict, InvalidInput
from answerable.evaluation.canaries.types import Change
from answerable.evaluation.gating.deciding import decide
from answerable.evaluation.gating.types import Finding, GateVerdict, Side

Direction = Literal["same", "worse", "better", "open"]


@dataclass(frozen=True, slots=True)
class Drift:
    """`differing` counts the examples that got another answer, of `examples`; `reason` says why nothing is concluded.

    `verdict` is the gate's on now against then, None where it could not be asked.
    """

    direction: Direction
    differing: int
    examples: int
    verdict: GateVerdict | None = None
    off: frozenset[str] = frozenset()
    """The names of the rules that show the difference."""
    reason: str = ""

    def to_change(self) -> Change | None:
        """Return the change, None unless one is shown."""
        if self.direction not in ("worse", "better") or self.verdict is None:
            return None
        shown = [_describe(one) for one in self.verdict.findings if one.rule.name in self.off]
        text = f"It answers {self.differing} of {self.examples} examples otherwise, and {self.direction}: "
        return Change("behaviour", "", self.direction, f"{text}{'; '.join(shown)}.")


def judge_drift(spec: GateSpec, *, before: Side, now: Side, barred: Mapping[str, str] | None = None) -> Drift:
    """Hold two runs of the same examples against each other. Takes up to seconds: keep it off the event loop.

    A metric that is `barred`, as `decide` has it, is in the verdict and concludes nothing: neither a change nor that
    there is none.
    """
    barred = barred or {}
    shared = before.examples.keys() & now.examples.keys()
    differing = sum(before.examples[key].output != now.examples[key].output for key in shared)
    drift = Drift("open" if differing else "same", differing, len(shared))
    try:
        forward = decide(spec, candidate=now, baseline=before, barred=barred)
        backward = decide(spec, candidate=before, baseline=now, barred=barred)
    except (Conflict, InvalidInput) as error:
        return replace(drift, direction="open", reason=error.detail)
    drift = replace(drift, verdict=_strip(forward))
    if forward.verdict == "fail":
        return replace(drift, direction="worse", off=_list_failed(forward))
    if backward.verdict == "fail":
        return replace(drift, direction="better", off=_list_failed(backward))
    if not differing or (_passes(forward, barred) and _passes(backward, barred)):
        return replace(drift, direction="same")
    if all(one.metric.name in barred for one in forward.findings):
        return replace(drift, reason=forward.findings[0].reason)
    more = max((one.more_examples or 0 for one in (forward, backward)), default=0)
    wanted = f" About {more:,} more examples would decide." if more else ""
    return replace(
        drift, reason=f"{differing} of {len(shared)} answers differ, by too little to conclude.{wanted}"
    )


def _strip(verdict: GateVerdict) -> GateVerdict:
    """Leave out what is said of examples, for it is kept and sent, and the note that a variant is itself."""
    return replace(
        verdict,
        findings=tuple(replace(one, regressions=()) for one in verdict.findings),
        notes=tuple(note for note in verdict.notes if "same variant" not in note),
    )


def _passes(verdict: GateVerdict, barred: Mapping[str, str]) -> bool:
    deciding = [one.verdict for one in verdict.findings if one.metric.name not in barred]
    return set(deciding) == {"pass"}


def _list_failed(verdict: GateVerdict) -> frozenset[str]:
    return frozenset(one.rule.name for one in verdict.findings if one.verdict == "fail")


def _describe(finding: Finding) -> str:
    low, high = finding.low, finding.high
    interval = "" if low is None or high is None else f" (difference {low:+.3g} to {high:+.3g})"
    return f"{finding.rule.name} {finding.baseline:.3g} → {finding.candidate:.3g}{interval}"
