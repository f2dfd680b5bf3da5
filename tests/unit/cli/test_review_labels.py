"""Labels on the command line: each value as its label has it; what is wrong is told with how to write it."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.cli.review_labels import describe_label, read_labels
from answerable.core.errors import InvalidFields, InvalidInput
from answerable.reviews.answers import check_answers
from answerable.reviews.labels import Label, Option

LABELS = (
    Label(name="correct", kind="boolean"),
    Label(name="tone", kind="category", options=(Option(value="kind"), Option(value="curt")), required=False),
    Label(
        name="topics",
        kind="category",
        many=True,
        options=(Option(value="leave"), Option(value="pay")),
        required=False,
    ),
    Label(name="score", kind="scale", required=False),
    Label(name="parts", kind="span", options=(Option(value="wrong"),), required=False),
    Label(name="better", kind="correction", required=False),
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("correct=yes", {"correct": True}),
        ("correct=No", {"correct": False}),
        ("tone=curt", {"tone": "curt"}),
        ("topics=pay, leave", {"topics": ["leave", "pay"]}),
        ("score=4", {"score": 4}),
        (
            'parts=[{"start": 0, "end": 3, "label": "wrong"}]',
            {"parts": [{"start": 0, "end": 3, "label": "wrong"}]},
        ),
        ("better=30 = thirty days", {"better": "30 = thirty days"}),
    ],
)
def test_a_value_is_read_as_its_label_has_it(written: str, meant: dict[str, Any]) -> None:
    given = read_labels(LABELS, ["correct=yes", written] if "correct" not in written else [written])
    assert check_answers(LABELS, given, text="The answer.").items() >= meant.items()


@pytest.mark.parametrize("written", ["correct=maybe", "score=four", "score=9", "tone=rude", "parts=here"])
def test_a_wrong_value_is_refused(written: str) -> None:
    labels = [label for label in LABELS if label.name == written.partition("=")[0]]
    with pytest.raises(InvalidFields):
        check_answers(labels, read_labels(labels, [written]), text="The answer.")


@pytest.mark.parametrize("written", [["correct"], ["correct=yes", "correct=no"]])
def test_what_is_no_label_says_how_to_write_one(written: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_labels(LABELS[:2], written)
    assert refused.value.hint == "Write correct=yes|no tone=kind|curt."


def test_every_kind_of_label_can_be_described() -> None:
    assert [describe_label(label).partition("=")[0] for label in LABELS] == [label.name for label in LABELS]
