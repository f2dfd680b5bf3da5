"""What a model wrote, as questions: whatever it is, only whole ones count."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.datasets.types import Evidence
from answerable.wiring.datasets import read_questions

PASSAGE = Evidence("It is 46 metres tall.", uri="light.md")
GOOD = {"question": " How tall is it? ", "answer": "46 metres"}


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (
            {
                "questions": [
                    GOOD,
                    {"question": "Only asked?"},
                    {"question": "", "answer": "x"},
                    "prose",
                    GOOD,
                ]
            },
            2,
        ),
        (GOOD, 1),
        ({"questions": "prose"}, 0),
        ({"questions": []}, 0),
        ("prose", 0),
        (None, 0),
    ],
)
def test_only_whole_questions_are_taken(data: Any, count: int) -> None:
    drafted = read_questions(data, PASSAGE)
    assert len(drafted) == count
    assert all((one.question, one.expected) == ("How tall is it?", "46 metres") for one in drafted)
    assert all(one.evidence == PASSAGE for one in drafted)
