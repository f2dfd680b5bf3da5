"""How far a judge agrees with people, beside its score."""

from __future__ import annotations

from html import escape

from answerable.evaluation.judging.calibration.types import Found
from answerable.evaluation.judging.calibration.wording import describe_trust


def render_calibration(found: Found | None) -> str:
    """Return a tag as markup: kappa with its interval, and what speaks against trusting it."""
    if found is None:
        tip = "Nobody held this judge against people: `answerable judges calibrate`."
        return f'<span class="tag is-changed" data-tip="{tip}">not calibrated</span>'
    agreement = found.calibration.agreement
    kappa = agreement.kappa
    if kappa.value is None:
        return f'<span class="tag" data-tip="{escape(kappa.reason)}">kappa not defined</span>'
    interval = "" if kappa.low is None or kappa.high is None else f" ({kappa.low:.2f} to {kappa.high:.2f})"
    drift = found.calibration.drift
    caveats = ", of another variant" if found.stale else ""
    caveats += ", agrees less than before" if drift is not None and drift.drifted else ""
    style = "is-added" if kappa.value >= 0.6 and not caveats else "is-changed"
    tip = f"Says the same as people of {agreement.same.value:.0%} of the answers: {describe_trust(found)}"
    return (
        f'<span class="tag {style}" data-tip="{escape(tip)}">κ {kappa.value:.2f}{interval}{caveats}</span>'
    ).replace("-0.", "−0.")
