"""One score from two: a convex combination of min-max scores, as in Bruch, Gai, Ingber: "An Analysis of
Fusion Functions for Hybrid Retrieval" (TOIS 2023).

Both raw scores are exact for every candidate of either side, so the bounds of a side do not depend on how deep
its own list was. How the shares were chosen is told in docs/decisions/0006-search.md.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

SPOKEN: Final = 0.65
"""Share of the dense score when the embedder speaks the query's language."""
SAME_SCRIPT: Final = 0.3
"""... when it speaks only another language of the same alphabet: names and loan words still carry over."""
OTHER_SCRIPT: Final = 0.1
"""... when it cannot even read the letters."""

_LATIN: Final = frozenset({
    "af", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "id", "is", "it",
    "lt", "lv", "ms", "mt", "nb", "nl", "nn", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "sw", "tl", "tr", "vi",
})  # fmt: skip


def fuse(dense: Scores, lexical: Scores, *, dense_weight: float) -> Scores:
    """Return scores between 0 and 1 for candidates with these raw scores: same order, same length."""
    return np.float32(dense_weight) * scale(dense) + np.float32(1 - dense_weight) * scale(lexical)


def scale(scores: Scores) -> Scores:
    """Return the scores moved to [0, 1]. Those that are all the same tell none apart: 1 for a match, 0 for none."""
    if len(scores) == 0:
        return scores
    low, high = scores.min(), scores.max()
    if not high > low:
        return (scores > 0).astype(scores.dtype)
    scaled: Scores = (scores - low) / (high - low)
    return scaled


def choose_dense_weight(language: str, spoken: frozenset[str] | None) -> float:
    """Return the share of the dense score for a query in `language` when the embedder speaks `spoken`.

    None stands for many languages: every one counts as spoken.
    """
    if spoken is None or language in spoken:
        return SPOKEN
    return SAME_SCRIPT if language in _LATIN and spoken & _LATIN else OTHER_SCRIPT
