"""Retrieval: the measures equal those of trec_eval, and passages are matched with evidence as documented."""

from __future__ import annotations

from typing import Any

import ir_measures
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ir_measures import RR, P, R, Success, nDCG

from answerable.datasets.types import Evidence
from answerable.evaluation.evaluators.evidence_matching import rank
from answerable.evaluation.types import Output, Passage, Sentence
from answerable.llm.abstention import ABSTENTION
from tests.unit.evaluation.evaluators.making import make_case, score

_NAMES = [f"d{number}" for number in range(12)]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    retrieved=st.lists(st.sampled_from(_NAMES), unique=True, min_size=1),
    relevant=st.sets(st.sampled_from(_NAMES), min_size=1),
    k=st.integers(1, 15),
)
def test_the_measures_equal_those_of_trec_eval(retrieved: list[str], relevant: set[str], k: int) -> None:
    ranking = rank(
        [Evidence("", document_id=name) for name in sorted(relevant)],
        [Passage("", document_id=name) for name in retrieved],
        "document",
    )
    ours = {
        R @ k: ranking.measure_recall(k),
        P @ k: ranking.measure_precision(k),
        Success @ k: ranking.measure_hit(k),
        nDCG @ k: ranking.measure_ndcg(k),
        RR: ranking.measure_reciprocal_rank(),
    }
    run = {"q": {name: float(-place) for place, name in enumerate(retrieved)}}
    theirs = ir_measures.calc_aggregate(list(ours), {"q": dict.fromkeys(relevant, 1)}, run)
    assert ours == pytest.approx(theirs, abs=1e-9)


def _found(evidence: list[Evidence], passages: list[Passage], level: Any = "auto") -> list[set[int]]:
    return [set(pieces) for pieces in rank(evidence, passages, level).found]


def test_a_document_counts_once_at_its_best_passage() -> None:
    passages = [Passage("", uri="b"), Passage("", uri="b"), Passage("", uri="a"), Passage("", uri="a")]
    assert _found([Evidence("", uri="a")], passages) == [set(), {0}]


@pytest.mark.parametrize(
    ("evidence", "passage", "same"),
    [
        (Evidence("", uri="faq/returns.md"), Passage("", uri="docs/faq/returns.md"), True),
        (Evidence("", uri="docs/faq/returns.md"), Passage("", uri="faq/returns.md"), True),
        (Evidence("", uri="returns.md"), Passage("", uri="docs/no-returns.md"), False),
        (Evidence("", document_id="4983"), Passage("", uri="scifact/4983.txt"), True),
        (Evidence("", document_id="4983"), Passage("", document_id="4983", uri="x"), True),
        (Evidence("", document_id="49"), Passage("", uri="scifact/4983.txt"), False),
        (Evidence("", title="Returns"), Passage("", title="Returns"), True),
        (Evidence("", uri="a"), Passage(""), False),
    ],
)
def test_documents_are_the_same_by_uri_id_or_title(evidence: Evidence, passage: Passage, same: bool) -> None:
    assert _found([evidence], [passage], "document") == [{0} if same else set()]


_PIECE = "You may send it back within thirty days of the day on which it came."


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (f"Returns. {_PIECE} Keep the receipt.", True),
        ("you may SEND it back   within thirty days", True),
        ("Chapter 3. You may send it back within thirty days of", True),
        ("thirty days of the day on which it came. Chapter 4.", True),
        ("the day on which it came. Chapter 4.", False),
        ("You may send it", True),
        ("You may send a postcard.", False),
        ("", False),
    ],
)
def test_a_passage_brings_a_text_that_it_holds_to_half_or_is_part_of(text: str, held: bool) -> None:
    assert _found([Evidence(_PIECE)], [Passage(text)]) == [{0} if held else set()]


def test_places_in_one_document_decide_before_words_do() -> None:
    piece = Evidence("yes", uri="a", start=100, end=200)
    near = Passage("something else", uri="a", start=140, end=400)
    far = Passage("yes", uri="a", start=900, end=903)
    assert _found([piece], [far, near]) == [set(), {0}]


def test_the_same_words_in_another_document_are_not_the_evidence() -> None:
    assert _found([Evidence("yes", uri="a")], [Passage("yes", uri="b")]) == [set()]


def test_a_passage_without_text_is_matched_by_its_document() -> None:
    assert _found([Evidence("yes", uri="a")], [Passage("", uri="a")]) == [{0}]


async def test_one_passage_may_bring_several_pieces() -> None:
    case = make_case(
        Output(passages=(Passage("nothing"), Passage("one and two"), Passage("one"))),
        evidence=(Evidence("one"), Evidence("two"), Evidence("three")),
    )
    scores = await score({"retrieval": [1, 2, 3]}, case)
    assert scores["recall@1"] == 0.0
    assert scores["recall@2"] == scores["recall@3"] == pytest.approx(2 / 3)
    assert scores["precision@3"] == pytest.approx(2 / 3)
    assert scores["hit@2"] == 1.0
    assert scores["mrr"] == 0.5
    # the passage with new pieces stands second; at best it were first, and one with "three" second
    assert scores["ndcg@3"] == pytest.approx(0.63093 / (1 + 0.63093), abs=1e-5)


async def test_nothing_retrieved_is_zero_and_not_nothing_said() -> None:
    scores = await score({"retrieval": 5}, make_case(Output(), evidence=(Evidence("one"),)))
    assert scores == {"mrr": 0.0, "recall@5": 0.0, "precision@5": 0.0, "hit@5": 0.0, "ndcg@5": 0.0}


@pytest.mark.parametrize(
    ("output", "share"),
    [
        (Output("It is so [1][3].", passages=(Passage("a"),) * 4), 0.5),
        (Output("It is so [2-3] [9].", passages=(Passage("a"),) * 4), 0.5),
        (Output("It is so.", sentences=(Sentence("It is so.", (1,)),), passages=(Passage("a"),) * 4), 0.25),
    ],
)
async def test_context_utilisation_is_the_share_of_passages_that_are_cited(
    output: Output, share: float
) -> None:
    assert await score("retrieval", make_case(output)) == {"context_utilisation": share}


async def test_who_abstains_uses_no_context() -> None:
    assert await score("retrieval", make_case(Output(ABSTENTION, passages=(Passage("a"),)))) == {}
