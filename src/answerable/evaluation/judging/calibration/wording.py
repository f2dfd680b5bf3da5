"""What stands beside a judge's score, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from answerable.evaluation.judging.calibration.types import Calibration, Found
from answerable.feedback.types import Score
from answerable.reviews.agreement.estimate import Estimate


def describe_trust(found: Found | None) -> str:
    """Return how far a judge agrees with people: `kappa 0.72 (0.61 to 0.81) on 214 answers, 2026-11-03`."""
    if found is None:
        return "not held against people yet"
    made = found.calibration
    agreement = made.agreement
    line = f"{describe_kappa(agreement.kappa)} on {agreement.items:,} answers, {made.created_at:%Y-%m-%d}"
    if agreement.kappa.value is None and agreement.kappa.reason:
        line += f": {agreement.kappa.reason[0].lower()}{agreement.kappa.reason[1:].rstrip('.')}"
    if made.since or made.until:
        line += f"; answers {describe_span(made)}"
    if found.stale:
        line += f"; that was {made.variant}, another variant"
    if made.drift is not None and made.drift.drifted:
        line += f"; agrees less than before ({made.drift.change:+.0%})"
    return line


def tell_trust(score: Score, calibrations: Mapping[UUID, Found | None]) -> str | None:
    """Return the line beside a score, see `JudgeService.find_calibrations`; None where no judge scored."""
    return describe_trust(calibrations[score.id]) if score.id in calibrations else None


def describe_span(made: Calibration) -> str:
    """Return the time that a calibration was confined to: `since 2026-08-01, until 2026-10-01`; else nothing."""
    ends = (("since", made.since), ("until", made.until))
    return ", ".join(f"{word} {moment:%Y-%m-%d}" for word, moment in ends if moment is not None)


def describe_kappa(kappa: Estimate) -> str:
    """Return `kappa 0.72 (0.61 to 0.81)`, without the interval where there is none."""
    if kappa.value is None:
        return "kappa not defined"
    if kappa.low is None or kappa.high is None:
        return f"kappa {kappa.value:.2f}"
    return f"kappa {kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"
