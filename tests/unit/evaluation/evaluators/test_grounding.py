"""Grounding: shares of supported claims, and citations that are good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from answerable.answering.grounding_check import make_verify
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.types import Output, Passage, Sentence, Verdict
from answerable.llm.abstention import ABSTENTION
from tests.unit.evaluation.evaluators.making import make_case, score, score_all

_PASSAGES = (
    Passage("The shop opens at nine in the morning."),
    Passage("Parcels come within three working days."),
    Passage("The museum was built in 1912."),
)
_LEXICAL = EvaluatorContext(verify=make_verify(LexicalVerifier()), verifier="lexical")


def _sentence(verdict: Verdict, *markers: int) -> Sentence:
    return Sentence(f"It is {verdict}.", markers, verdict)


async def test_the_verdicts_of_the_target_are_counted() -> None:
    sentences = (
        _sentence("supported", 1),
        _sentence("supported"),
        _sentence("partial", 2),
        _sentence("unsupported", 1, 2),
        _sentence("unchecked"),
    )
    scores = await score_all("grounding", make_case(Output("...", passages=_PASSAGES, sentences=sentences)))
    assert {one.metric: one.value for one in scores} == {
        "supported_share": 0.5,
        "unsupported_claims": 1.0,
        "citation_recall": 0.25,
        "citation_precision": 0.25,
    }
    assert scores[0].details == {"unsupported": ["It is unsupported."]}


async def test_a_foreign_text_is_held_against_what_it_cites() -> None:
    text = "The shop opens at nine in the morning [1]. The museum was built in 1950 [3]."
    scores = await score("grounding", make_case(Output(text, passages=_PASSAGES)), _LEXICAL)
    assert scores == {
        "supported_share": 0.5,
        "unsupported_claims": 1.0,
        "citation_recall": 0.5,
        "citation_precision": 0.5,
    }


async def test_a_foreign_text_without_markers_is_held_against_all_passages() -> None:
    text = "The shop opens at nine in the morning. Parcels come within three working days."
    scores = await score("grounding", make_case(Output(text, passages=_PASSAGES)), _LEXICAL)
    assert scores == {"supported_share": 1.0, "unsupported_claims": 0.0, "citation_recall": 0.0}


async def test_a_citation_that_adds_nothing_is_not_good() -> None:
    text = "The shop opens at nine in the morning [1][3]."
    scores = await score("grounding", make_case(Output(text, passages=_PASSAGES)), _LEXICAL)
    assert (scores["citation_recall"], scores["citation_precision"]) == (1.0, 0.5)


async def test_citations_that_support_only_together_are_good() -> None:
    async def verify(text: str, passages: Sequence[Passage]) -> Sequence[Sentence]:
        return [Sentence(text, (1, 2), "supported" if len(passages) == 2 else "partial")]

    output = Output("Both [1][2].", passages=_PASSAGES[:2])
    scores = await score("grounding", make_case(output), EvaluatorContext(verify=verify))
    assert scores["citation_precision"] == 1.0


async def test_verdicts_of_the_target_are_believed_unless_asked_again() -> None:
    output = Output("The museum was built in 1950 [3].", passages=_PASSAGES)
    output = replace(output, sentences=(Sentence(output.text, (3,), "supported"),))
    assert (await score("grounding", make_case(output), _LEXICAL))["supported_share"] == 1.0
    again = await score({"grounding": {"again": True}}, make_case(output), _LEXICAL)
    assert again["supported_share"] == 0.0


@pytest.mark.parametrize(
    "output",
    [
        Output(ABSTENTION, passages=_PASSAGES),
        Output("Hello!", passages=_PASSAGES),
        Output("The shop opens at nine."),
    ],
)
async def test_nothing_is_said_of_what_claims_nothing_or_has_no_sources(output: Output) -> None:
    assert await score("grounding", make_case(output), _LEXICAL) == {}


async def test_headings_and_lists_of_a_foreign_text() -> None:
    text = (
        "# Hours\n\n- The shop opens at nine in the morning\n- Parcels come within three working days [2]\n"
    )
    sentences = await make_verify(LexicalVerifier())(text, _PASSAGES)
    assert [(one.text, one.markers, one.verdict) for one in sentences if one.verdict != "unchecked"] == [
        ("The shop opens at nine in the morning", (), "supported"),
        ("Parcels come within three working days", (2,), "supported"),
    ]


async def test_documents_whose_text_is_not_told_ground_nothing_and_doubt_nothing() -> None:
    named = Output(text="The shop opens at nine [1].", passages=(Passage("", uri="docs/shop.md"),))
    assert await score("grounding", make_case(named), _LEXICAL) == {}
    told = replace(named, sentences=(_sentence("supported", 1),))
    assert (await score("grounding", make_case(told), _LEXICAL))["supported_share"] == 1.0
