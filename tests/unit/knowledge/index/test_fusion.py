from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.index.fusion import choose_dense_weight, fuse, scale

SCORES = st.lists(st.floats(-1, 30, width=32), min_size=1, max_size=30)


@given(dense=SCORES, weight=st.floats(0, 1))
def test_fused_scores_lie_between_zero_and_one(dense: list[float], weight: float) -> None:
    scores = np.array(dense, dtype=np.float32)

    fused = fuse(scores, scores[::-1].copy(), dense_weight=weight)

    assert ((fused >= 0) & (fused <= 1 + 1e-6)).all()


def test_a_side_that_says_nothing_leaves_the_order_to_the_other() -> None:
    dense = np.array([0.2, 0.9, 0.5], dtype=np.float32)
    nothing = np.zeros(3, dtype=np.float32)

    assert np.argsort(-fuse(dense, nothing, dense_weight=0.5)).tolist() == [1, 2, 0]
    assert np.argsort(-fuse(nothing, dense, dense_weight=0.5)).tolist() == [1, 2, 0]


def test_the_weight_is_the_share_of_the_dense_score() -> None:
    fused = fuse(
        np.array([1.0, 0.0], dtype=np.float32), np.array([0.0, 7.0], dtype=np.float32), dense_weight=0.7
    )

    assert fused.tolist() == [pytest.approx(0.7), pytest.approx(0.3)]


def test_the_only_match_scores_as_one_and_the_only_miss_as_none() -> None:
    one, none = np.array([4.2], dtype=np.float32), np.array([0.0], dtype=np.float32)

    assert fuse(one, one, dense_weight=0.5).tolist() == [1.0]
    assert fuse(one, none, dense_weight=0.5).tolist() == [0.5]


def test_no_candidates_scale_to_none() -> None:
    assert len(scale(np.zeros(0, dtype=np.float32))) == 0


def test_the_lexical_side_carries_more_the_less_the_embedder_knows_the_language() -> None:
    english = frozenset({"en"})

    assert (
        choose_dense_weight("en", english)
        > choose_dense_weight("de", english)
        > choose_dense_weight("zh", english)
    )
    assert choose_dense_weight("zh", None) == choose_dense_weight("en", english)
    assert choose_dense_weight("en", frozenset({"zh"})) == choose_dense_weight("zh", english)
