"""The fake reranker: the share of the query's words that a passage holds."""

from __future__ import annotations

import pytest

from answerable.fake_models.behaviours import Behaviour
from answerable.fake_models.exchange import BadRequestError
from answerable.fake_models.reranking import rerank, rerank_texts

QUERY = "how tall is the lighthouse"
DOCUMENTS = ["Bread rises.", "The lighthouse is tall.", "A lighthouse."]


def test_the_passage_with_most_of_the_words_comes_first() -> None:
    answer = rerank({"model": "fake-rerank-1!normal", "query": QUERY, "documents": DOCUMENTS})

    assert answer["model"] == "fake-rerank-1"
    assert [(one["index"], one["relevance_score"]) for one in answer["results"]] == [
        (1, 1.0),
        (2, 0.5),
        (0, 0.0),
    ]
    assert rerank_texts({"query": QUERY, "texts": DOCUMENTS[:2]}) == [
        {"index": 1, "score": 1.0},
        {"index": 0, "score": 0.0},
    ]


def test_as_many_results_come_as_are_wanted() -> None:
    body = {"query": QUERY, "documents": DOCUMENTS}

    assert [one["index"] for one in rerank({**body, "top_n": 1})["results"]] == [1]
    assert rerank(body, Behaviour.EMPTY)["results"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"documents": ["a"]},
        {"query": "", "documents": ["a"]},
        {"query": "a"},
        {"query": "a", "documents": []},
        {"query": "a", "documents": ["a", ""]},
        {"query": "a", "documents": [{"text": "a"}]},
        {"query": "a", "documents": ["a"], "top_n": -1},
    ],
)
def test_a_malformed_request_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(BadRequestError):
        rerank(body)
