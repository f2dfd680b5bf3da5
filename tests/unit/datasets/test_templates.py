"""Questions from templates: the sentence turned round, with the place that answers it."""

from __future__ import annotations

import pytest

from answerable.datasets.generating.templates import write_questions
from answerable.datasets.types import Evidence


@pytest.mark.parametrize(
    ("sentence", "question", "expected"),
    [
        (
            "Skerry Light is a lighthouse on the northern coast.",
            "What is Skerry Light?",
            "Skerry Light is a lighthouse on the northern coast.",
        ),
        ("The tower was built in 1870 by the keepers.", "When was the tower built?", "in 1870"),
        (
            "The spare keys are kept in the red cabinet by the door.",
            "Where are the spare keys kept?",
            "in the red cabinet by the door",
        ),
        (
            "To change the bulb, switch off the power first.",
            "How do you change the bulb?",
            "To change the bulb, switch off the power first.",
        ),
        (
            "The keeper must write down every ship that passes.",
            'What does "The log" say about the keeper?',
            "The keeper must write down every ship that passes.",
        ),
    ],
)
def test_a_sentence_is_turned_round(sentence: str, question: str, expected: str) -> None:
    (drafted,) = write_questions(Evidence(text=sentence, title="The log"))
    assert (drafted.question, drafted.expected) == (question, expected)


def test_the_evidence_is_the_place_of_the_sentence_in_the_document() -> None:
    document = "Nothing here!\n\nIt rains. Skerry Light is a lighthouse on the coast. More."
    start = document.index("It rains")
    passage = Evidence(text=document[start:], uri="log.md", start=start, end=len(document))
    (drafted,) = write_questions(passage)
    place = drafted.evidence
    assert place.uri == "log.md"
    assert document[place.start : place.end] == place.text == "Skerry Light is a lighthouse on the coast."


@pytest.mark.parametrize(
    "text",
    [
        "It is a lighthouse that stands on the northern coast.",
        "This was built in 1870, and those were found in 1871.",
        "Too short.",
        "Der Turm steht an der Küste und wurde von den Wärtern erbaut.",
        "```\nThe tower is a lighthouse on the northern coast.\n```",
        "# The tower is a lighthouse on the northern coast.",
        "",
    ],
)
def test_what_stands_for_something_said_before_is_not_asked_about(text: str) -> None:
    assert write_questions(Evidence(text=text)) == []
