"""What several annotators come to."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.reviews.labels import Label
from answerable.reviews.settling import find_majority, matches_gold, settle

CORRECT = Label(name="correct", kind="boolean")
HELP = Label(name="help", kind="scale", tolerance=1, required=False)
FAULTS = Label.model_validate(
    {"name": "faults", "kind": "category", "many": True, "options": [{"value": "a"}, {"value": "b"}]}
)
BETTER = Label(name="better", kind="correction", required=False)
LABELS = (CORRECT, HELP, FAULTS, BETTER)


def say(
    correct: bool = True, help: int | None = 3, faults: tuple[str, ...] = ("a",), **rest: Any
) -> dict[str, Any]:
    values: dict[str, Any] = {"correct": correct, "faults": list(faults), **rest}
    return values if help is None else {**values, "help": help}


def test_one_alone_has_the_say() -> None:
    assert settle(LABELS, [say(better="x")], "unanimous") == say(better="x")


@pytest.mark.parametrize(
    ("other", "agreed"),
    [
        (say(), True),
        (say(correct=False), False),
        (say(help=4), True),
        (say(help=5), False),
        (say(help=None), False),
        (say(faults=("a", "b")), False),
        (say(better="y"), True),
    ],
)
def test_two_agree_or_leave_it_to_somebody_else(other: dict[str, Any], agreed: bool) -> None:
    assert (settle(LABELS, [say(), other], "unanimous") is not None) == agreed


def test_numbers_that_are_near_enough_come_to_the_lower_one_in_the_middle() -> None:
    final = settle(LABELS, [say(help=4), say(help=3), say(help=4)], "unanimous")
    assert final is not None
    assert final["help"] == 4
    assert (settle(LABELS, [say(help=4), say(help=3)], "unanimous") or {})["help"] == 3


def test_the_last_correction_counts() -> None:
    final = settle(LABELS, [say(better="x"), say(better="y"), say()], "unanimous")
    assert final is not None
    assert final["better"] == "y"


def test_more_than_half_decide_where_most_is_enough() -> None:
    three = [say(), say(), say(correct=False)]
    assert settle(LABELS, three, "unanimous") is None
    assert settle(LABELS, three, "majority") == say()
    assert settle(LABELS, [say(), say(correct=False)], "majority") is None


def test_a_majority_is_more_than_half() -> None:
    assert find_majority([True, True, False]) is True
    assert find_majority([["a"], ["a"], ["b"]]) == ("a",)
    assert find_majority([1, 2]) is None
    assert find_majority([]) is None


def test_gold_is_held_against_what_can_be_compared_and_is_known() -> None:
    assert matches_gold(LABELS, say(help=4, better="z"), say(help=3, better="x"))
    assert not matches_gold(LABELS, say(correct=False), say())
    assert matches_gold(LABELS, say(help=1), {"correct": True})
