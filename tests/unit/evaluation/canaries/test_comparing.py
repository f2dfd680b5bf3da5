"""What is said of a model now, against what was said of it then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from answerable.evaluation.canaries.comparing import compare_seen, see
from answerable.evaluation.canaries.types import Seen
from answerable.llm.providers.types import ModelFacts
from answerable.llm.status import Served

SEEN = Seen(("m-1",), ("fp-1",), 128_000, Decimal("0.10"), Decimal("0.30"))


def kinds(before: Seen, after: Seen) -> list[str]:
    return [change.kind for change in compare_seen(before, after)]


def test_nothing_has_changed_in_the_same() -> None:
    assert kinds(SEEN, SEEN) == []


def test_every_change_is_said_with_what_was_before() -> None:
    after = Seen(("m-2",), ("fp-2",), 64_000, Decimal("0.20"), Decimal("0.30"))
    texts = [change.text for change in compare_seen(SEEN, after)]
    assert texts == [
        "It calls itself m-2; it was m-1.",
        "Its fingerprint is fp-2; it was fp-1.",
        "It takes 64,000 tokens; it took 128,000.",
        "The price of a million tokens read is $0.2; it was $0.1.",
    ]


@pytest.mark.parametrize(
    "unknown", [Seen(), Seen(("m-1",)), Seen((), ("fp-1",), 128_000)], ids=["all", "most", "some"]
)
def test_what_is_unknown_has_not_changed(unknown: Seen) -> None:
    assert kinds(SEEN, unknown) == kinds(unknown, SEEN) == []


def test_one_of_the_fingerprints_that_were_there_is_no_other_one() -> None:
    before = Seen(("m-1",), ("fp-1", "fp-2"))
    assert kinds(before, Seen(("m-1",), ("fp-2", "fp-3"))) == []
    assert kinds(before, Seen(("m-1",), ("fp-3",))) == ["fingerprint"]


def test_a_name_beside_the_known_one_is_a_change() -> None:
    assert kinds(SEEN, Seen(("m-1", "m-2"))) == ["model"]


def test_a_free_model_that_begins_to_cost_is_noticed() -> None:
    free, paid = Seen(input_price=Decimal(0)), Seen(input_price=Decimal("0.5"))
    assert kinds(free, paid) == ["price"]


def test_the_same_price_with_another_number_of_zeros_is_the_same() -> None:
    assert kinds(Seen(input_price=Decimal("0.10")), Seen(input_price=Decimal("0.1"))) == []


def test_what_answered_before_the_look_is_not_what_answers_now() -> None:
    before = (Served("m-1", "fp-1", 7), Served("m-2", "", 1))
    after = (Served("m-1", "fp-1", 7), Served("m-2", "", 4), Served("m-3", "fp-3", 1))
    seen = see(ModelFacts(context_window=1000), before, after)
    assert (seen.models, seen.fingerprints, seen.context_window) == (("m-2", "m-3"), ("fp-3",), 1000)
