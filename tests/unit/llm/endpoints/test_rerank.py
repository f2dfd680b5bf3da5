"""The formats of `POST /rerank`."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.core.errors import UpstreamFailed
from answerable.llm.endpoints.rerank import read_ranking, write_request

COHERE = {
    "id": "07734bd2",
    "results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}],
    "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
}
VOYAGE = {
    "object": "list",
    "data": [{"relevance_score": 0.9, "index": 1}, {"relevance_score": 0.2, "index": 0}],
    "model": "rerank-2.5",
    "usage": {"total_tokens": 26},
}
VLLM = {
    "id": "rerank-1",
    "usage": {"prompt_tokens": 20, "total_tokens": 21},
    "results": [
        {"index": 1, "document": {"text": "b"}, "relevance_score": 0.9},
        {"index": 0, "document": {"text": "a"}, "relevance_score": 0.2},
    ],
}
TEI = [{"index": 1, "score": 0.9}, {"index": 0, "score": 0.2}]


@pytest.mark.parametrize(
    ("answer", "tokens"),
    [(COHERE, None), (VOYAGE, 26), (VLLM, 21), (TEI, None)],
    ids=["cohere", "voyage", "vllm", "tei"],
)
def test_each_passage_gets_its_own_score(answer: object, tokens: int | None) -> None:
    ranking = read_ranking(answer, 2, name="p:m")

    assert ranking.scores == (0.2, 0.9)
    assert ranking.tokens == tokens


def test_tokens_that_cohere_counted_are_taken() -> None:
    answer = {**COHERE, "meta": {"tokens": {"input_tokens": 40, "output_tokens": 0}}}

    assert read_ranking(answer, 2, name="p:m").tokens == 40


@pytest.mark.parametrize(
    "results",
    [
        [],
        TEI[:1],
        [*TEI, {"index": 2, "score": 0.1}],
        [{"index": 0, "score": 1}, {"index": 0, "score": 1}],
        [{"index": -1, "score": 1}, {"index": 0, "score": 1}],
    ],
)
def test_one_score_too_many_or_too_few_is_refused(results: list[Any]) -> None:
    with pytest.raises(UpstreamFailed, match="for 2 passages") as raised:
        read_ranking({"results": results}, 2, name="p:m")
    assert raised.value.code == "upstream_wrong_count"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        None,
        "ready",
        {"choices": []},
        {"results": "ready"},
        {"results": [0.2, 0.9]},
        {"results": [{"index": "0", "score": 0.2}]},
        {"results": [{"index": 0, "score": "high"}]},
    ],
)
def test_what_is_no_answer_to_a_rerank_request_is_refused(answer: object) -> None:
    with pytest.raises(UpstreamFailed, match="no answer to a rerank request"):
        read_ranking(answer, 1, name="p:m")


def test_a_request_asks_for_all_results_and_has_the_servers_words() -> None:
    assert write_request("m", "who", ["a", "b"]) == {"model": "m", "query": "who", "documents": ["a", "b"]}
    asked = write_request("m", "who", ["a", "b"], format="texts")
    assert asked == {"query": "who", "texts": ["a", "b"], "truncate": True}
