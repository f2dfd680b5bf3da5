"""Whether a judge agrees with people far enough to gate."""

from __future__ import annotations

from answerable.evaluation.judging.calibration.types import Bar, Found
from answerable.evaluation.judging.version import JudgeRef


def check_bar(judge: JudgeRef, found: Found | None, bar: Bar) -> str | None:
    """Return why a judge is below the bar, None where it is not."""
    name = f"The judge {judge.app!r}"
    how = f"`answerable judges calibrate {judge.app}` measures it"
    if found is None:
        return f"{name} was never held against people; {how}."
    if found.stale:
        return f"{name} was held against people as {found.calibration.variant}, and judges as {judge.variant}; {how}."
    agreement = found.calibration.agreement
    if agreement.items < bar.items:
        return f"{name} was held against people on {agreement.items} answers, and {bar.items} are asked for."
    kappa = agreement.kappa.value
    if kappa is None:
        return f"{name} cannot be told from chance: {agreement.kappa.reason}"
    if kappa < bar.kappa:
        return f"{name} agrees with people at kappa {kappa:.2f}, and {bar.kappa:.2f} is asked for."
    return None
