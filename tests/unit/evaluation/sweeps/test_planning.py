"""From axes to points, and to indexes."""

from __future__ import annotations

import pytest

from answerable.cli.sweep_values import read_names, read_numbers, read_rerankers, read_weights
from answerable.core.errors import InvalidInput
from answerable.evaluation.sweeps.describing import describe_point
from answerable.evaluation.sweeps.indexes import list_choices, make_name
from answerable.evaluation.sweeps.planning import check_axes, make_points
from answerable.evaluation.sweeps.running import open_metrics, write_settings
from answerable.evaluation.sweeps.types import Axes
from answerable.evaluation.targets.search import get_question
from answerable.knowledge.index_versions.types import IndexChoice
from answerable.knowledge.types import RetrievalSettings
from tests.unit.evaluation.sweeps.samples import INDEX, make_point


def test_every_combination_comes_once_and_the_baseline_first() -> None:
    other = make_point(index="small").index
    points = make_points(
        INDEX, RetrievalSettings(), [other, INDEX], Axes(dense_weights=(None, 0.5), top_ks=(4, 8))
    )
    assert points[0].baseline
    assert [point.baseline for point in points[1:]] == [False] * 7
    assert len({(p.index.name, p.settings.dense_weight, p.settings.top_k) for p in points}) == 8


def test_a_search_is_tried_with_and_without_a_reranker() -> None:
    points = make_points(INDEX, RetrievalSettings(), [], Axes(rerankers=(None, "p:m"), top_ks=(4, 8)))

    assert len(points) == 4
    assert {point.settings.reranker for point in points} == {None, "p:m"}
    (reranked,) = (one for one in points if one.settings.reranker and one.settings.top_k == 4)
    assert write_settings(reranked, points[0]) == {"top_k": 4, "reranker": "p:m"}
    assert describe_point(reranked) == "main, top 4, dense auto, p:m"


def test_without_axes_only_the_baseline_is_measured() -> None:
    assert len(make_points(INDEX, RetrievalSettings(), [], Axes())) == 1


def test_enough_candidates_are_looked_at() -> None:
    points = make_points(INDEX, RetrievalSettings(), [], Axes(top_ks=(100,), candidates=(10,)))
    assert points[1].settings.candidates == 100


@pytest.mark.parametrize(
    "axes",
    [
        Axes(dense_weights=(1.5,)),
        Axes(dense_weights=(float("nan"),)),
        Axes(top_ks=(0,)),
        Axes(candidates=(5,)),
        Axes(top_ks=tuple(range(1, 90)), dense_weights=(0.0, 0.5, 1.0)),
    ],
)
def test_what_cannot_be_tried_is_refused(axes: Axes) -> None:
    with pytest.raises(InvalidInput):
        check_axes(axes)


def test_choices_are_combined() -> None:
    assert list_choices([], [], []) == ()
    assert list_choices([100, 200], [20], []) == (IndexChoice(None, 100, 20), IndexChoice(None, 200, 20))
    assert list_choices([], [], ["a:b"]) == (IndexChoice("a:b", None, None),)


def test_an_index_is_named_after_what_was_chosen() -> None:
    assert make_name(IndexChoice(None, 400, 50)) == "sweep-400-50"
    assert make_name(IndexChoice("openai:Text_3/small", 400)) == "sweep-400-openai-text-3-small"
    assert len(make_name(IndexChoice("x" * 200))) == 63


def test_points_are_compared_at_the_largest_top_k() -> None:
    evaluators, metric = open_metrics("", [8, 20])
    assert metric == "ndcg@20"
    assert {"recall@1", "mrr", "hit@20"} <= {m.name for one in evaluators for m in one.metrics}
    assert open_metrics("recall@3", [8])[1] == "recall@3"


@pytest.mark.parametrize(
    ("metric", "hint"), [("recal@5", "recall@5"), ("recall@0", "recall@"), ("x", "Choose")]
)
def test_a_metric_that_is_none_is_refused(metric: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_metrics(metric, [8])
    assert hint in str(refused.value)


def test_a_point_is_written_as_a_variant_says_it() -> None:
    baseline = make_point(baseline=True)
    assert write_settings(make_point(12, index="small"), baseline) == {"index": "small", "top_k": 12}
    assert write_settings(make_point(12), baseline) == {"top_k": 12}


def test_lists_are_read_as_people_write_them() -> None:
    assert read_names([" a, b,,a ", "c"]) == ("a", "b", "c")
    assert read_names(None) == ()
    assert read_numbers(["4, 8"], "--top-k") == (4, 8)
    assert read_weights(["auto,0.5"]) == (None, 0.5)
    assert read_rerankers(["none, p:m"]) == (None, "p:m")
    with pytest.raises(InvalidInput, match="--top-k has 'four'"):
        read_numbers(["four"], "--top-k")
    with pytest.raises(InvalidInput, match="half"):
        read_weights(["half"])


def test_the_question_of_an_example() -> None:
    assert get_question({"question": "Who?", "style": "short"}) == "Who?"
    assert get_question({"query": "Who?"}) == "Who?"
    for asked in ({}, {"question": " "}, {"a": "x", "b": "y"}, {"question": 3}):
        with pytest.raises(InvalidInput):
            get_question(asked)
