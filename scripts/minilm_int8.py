"""Integer weights for the embedded embedder: smoothing, and rounding that is right on every processor.

Activations are quantised while running, per tensor, to uint8; weights are int8, with a scale per column. Two
things cost accuracy then, and each has its remedy here:

- a few hidden dimensions are ten times larger than the rest and take the whole range. `get_smoothing` moves
  their size into the weights (SmoothQuant, arXiv:2211.10438): x @ w == (x / s) @ (s * w);
- processors with AVX2 but without VNNI add two products of uint8 and int8 in 16 bits, and saturate. Two
  weights whose sum stays within +-128 cannot: 255 * 128 < 2**15. `quantise_columns` rounds to such pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ALPHA = 0.7
"""How much of the activations' size moves into the weights; .5 to .85 were measured, .7 was best."""
_SCALES = np.linspace(0.7, 2.0, 53, dtype=np.float32)
_LIMIT = 127
_PAIR_LIMIT = 128


def get_smoothing(weights: Floats, *, maxima: Floats) -> Floats:
    """Return s, shape (k,), geometric mean 1, for weights (k, n) and the largest |activation| per input."""
    strength = np.abs(weights).max(axis=1)
    s = np.maximum(maxima, 1e-3) ** _ALPHA / np.maximum(strength, 1e-4) ** (1 - _ALPHA)
    return np.asarray(s / np.exp(np.log(s).mean()), dtype=np.float32)


def quantise_rows(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return int8 (rows, n) and scales (rows, 1): for a table whose rows are looked up."""
    scales = np.abs(table).max(axis=1, keepdims=True) / _LIMIT
    return np.rint(table / scales).astype(np.int8), scales.astype(np.float32)


def quantise_columns(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return int8 (k, n) and scales (n,): per column the scale of least squared error among `_SCALES`."""
    start = np.abs(weights).max(axis=0) / _LIMIT
    best, least = start, np.full(start.shape, np.inf, dtype=np.float32)
    for factor in _SCALES:
        scales = start * factor
        error = np.square(_round_pairs(weights / scales) * scales - weights).sum(axis=0)
        best = np.where(error < least, scales, best)
        least = np.minimum(error, least)
    return _round_pairs(weights / best).astype(np.int8), best.astype(np.float32)


def _round_pairs(scaled: Floats) -> Floats:
    """Round to +-127 so that rows 2i and 2i+1, which are added in 16 bits, sum to no more than +-128."""
    pairs = np.clip(np.rint(scaled), -_LIMIT, _LIMIT).reshape(-1, 2, scaled.shape[1])
    sums = pairs.sum(axis=1)
    excess = np.maximum(np.abs(sums) - _PAIR_LIMIT, 0)
    pairs[:, 0] -= np.sign(sums) * np.ceil(excess / 2)
    pairs[:, 1] -= np.sign(sums) * np.floor(excess / 2)
    return pairs.reshape(scaled.shape)
