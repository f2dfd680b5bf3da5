"""The examples that lost most."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.gating.pairing import Pairs
from answerable.evaluation.gating.types import Regression, Side

SHOWN: Final = 5


def find_regressions(
    pairs: Pairs, differences: NDArray[np.float64], candidate: Side, baseline: Side
) -> tuple[Regression, ...]:
    """Return those that got worse, the worst first by loss times weight; `differences` are above 0 for better."""
    order = np.argsort(differences * pairs.weights, kind="stable")[:SHOWN]
    return tuple(
        _describe(pairs, int(index), -float(differences[index]), candidate, baseline)
        for index in order
        if differences[index] < 0
    )


def _describe(pairs: Pairs, index: int, loss: float, candidate: Side, baseline: Side) -> Regression:
    key = pairs.keys[index]
    before, after = baseline.examples[key], candidate.examples[key]
    return Regression(
        key=key,
        loss=loss,
        before=float(pairs.before[index]),
        after=float(pairs.after[index]),
        input=after.input,
        expected=after.expected,
        output_before=before.output,
        output_after=after.output,
    )
