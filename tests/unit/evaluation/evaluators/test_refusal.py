"""Refusals: of what must be refused, and of nothing else."""

from __future__ import annotations

import pytest

from answerable.evaluation.types import Output
from answerable.llm.abstention import ABSTENTION
from tests.unit.evaluation.evaluators.making import make_case, score


@pytest.mark.parametrize(
    "output", [Output(ABSTENTION), Output("I would rather not.", abstained=True), Output("  ")]
)
async def test_a_refusal_is_told_by_the_target_or_its_words(output: Output) -> None:
    must = await score("refusal", make_case(output, refuse=True))
    assert must == {"refusal_correct": 1.0, "missed_refusal": 0.0}
    must_not = await score("refusal", make_case(output, "Berlin"))
    assert must_not == {"refusal_correct": 0.0, "false_refusal": 1.0}


async def test_an_answer_is_right_where_there_is_one() -> None:
    assert await score("refusal", make_case("Paris", "Berlin")) == {
        "refusal_correct": 1.0,
        "false_refusal": 0.0,
    }
    assert await score("refusal", make_case("Paris", refuse=True)) == {
        "refusal_correct": 0.0,
        "missed_refusal": 1.0,
    }


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("I don't know.", True),
        ("I'm sorry, but I cannot answer that.", True),
        ("Sorry, I'm unable to help with this.", True),
        ("Unfortunately, the provided context does not mention it.", True),
        ("There is not enough information.", True),
        ("Das weiß ich leider nicht.", True),
        ("Ich kann Ihnen leider nicht helfen.", True),
        ("I know that it is nine.", False),
        ("The context of the word is law.", False),
        ("No, it opens at nine.", False),
        ("I don't know. " + "But let me say what I found about it. " * 20, False),
    ],
)
async def test_a_target_that_does_not_tell_is_read(text: str, refused: bool) -> None:
    scores = await score("refusal", make_case(text, refuse=True))
    assert scores["refusal_correct"] == float(refused)


async def test_a_target_that_tells_is_believed() -> None:
    scores = await score("refusal", make_case(Output("I don't know why, but nine.", abstained=False), "nine"))
    assert scores["refusal_correct"] == 1.0


async def test_words_of_ones_own() -> None:
    entry = {"refusal": {"patterns": ["I (can't|cannot) help"]}}
    scores = await score(entry, make_case("Sorry, i CANNOT help with that.", refuse=True))
    assert scores["refusal_correct"] == 1.0


async def test_nothing_is_said_of_an_example_that_says_nothing() -> None:
    assert await score("refusal", make_case("Paris")) == {}
