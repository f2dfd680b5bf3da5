"""Which metrics decide nothing: those of judges that agree too little with people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from answerable.apps.gate_settings import GateSpec
from answerable.evaluation.gating.types import Side

MayGate = Callable[[str, float], Awaitable[str | None]]
"""Returns why an evaluator of that version may not gate when a judge must have that kappa; None where it may."""


async def find_barred(spec: GateSpec, side: Side, may_gate: MayGate) -> Mapping[str, str]:
    """Return by metric why it may not gate; without those that may."""
    reasons = {
        evaluator: await may_gate(version, spec.judge_kappa) for evaluator, version in side.versions.items()
    }
    found = {metric: reasons.get(evaluator) for metric, evaluator in side.sources.items()}
    return {metric: reason for metric, reason in found.items() if reason is not None}
