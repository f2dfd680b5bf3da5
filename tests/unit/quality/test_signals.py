"""What counts as a signal, on examples in English and German."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerable.answering.caching.agreement import ask_the_same
from answerable.core.errors import Unavailable
from answerable.feedback.asked.types import AskedRun, Exchange
from answerable.feedback.types import Score
from answerable.quality.deriving import find_question
from answerable.quality.signals.accepted import find_thumb, is_accepted
from answerable.quality.signals.contradicted import contradicts
from answerable.quality.signals.edit_similarity import measure
from answerable.quality.signals.registry import SIGNALS
from answerable.quality.signals.retry import Retry, have_same_words

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def make_exchange(earlier: str, later: str, *, seconds: float = 30) -> Exchange:
    first = AskedRun(
        "0" * 32, "0" * 16, "ask", "main", None, "ann", "", AT, AT + timedelta(seconds=2), "ok", earlier
    )
    began = AT + timedelta(seconds=seconds)
    second = replace(first, question=later, started_at=began, ended_at=began)
    return Exchange(first, second, same_conversation=False, adjacent=True)


def make_retry(cosine: float) -> Retry:
    async def embed(text: str) -> NDArray[np.float32]:
        angle = 0.0 if text.startswith("How tall") else np.arccos(cosine)
        return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)

    return Retry(embed=embed, ask_the_same=ask_the_same)


@pytest.mark.parametrize(
    ("later", "cosine", "expected"),
    [
        ("how tall is the lighthouse", 0.0, True),
        ("How tall is the lihgthouse?", 0.0, True),
        ("What is the height of the lighthouse?", 0.97, True),
        ("Tell me how tall the lighthouse is", 0.9, True),
        ("What is the height of the lighthouse?", 0.9, False),
        ("How tall is the lighthouse 2?", 0.99, False),
        ("And the harbour?", 0.3, False),
        ("", 0.0, False),
    ],
)
async def test_a_retry_asks_the_same_again(later: str, cosine: float, expected: bool) -> None:
    exchange = make_exchange("How tall is the lighthouse?", later)
    assert await make_retry(cosine).applies(exchange) is expected


async def test_a_retry_comes_after_the_answer_and_soon() -> None:
    question = "How tall is the lighthouse?"
    for seconds, expected in ((1.9, False), (2.0, True), (300.0, True), (300.1, False)):
        exchange = make_exchange(question, question, seconds=seconds)
        assert await make_retry(0.0).applies(exchange) is expected


async def test_a_busy_embedder_means_no_retry() -> None:
    async def embed(text: str) -> NDArray[np.float32]:
        raise Unavailable("busy")

    retry = Retry(embed=embed, ask_the_same=lambda *_: True)
    assert not await retry.applies(make_exchange("How tall is it?", "What is its height?"))


def test_slips_are_forgiven_and_other_words_are_not() -> None:
    assert have_same_words("How do I export my data?", "how do i exprot my data")
    assert have_same_words("Wie exportiere ich die Daten?", "wie exportire ich die daten")
    for one, other in (
        ("How do I export my data?", "How do I import my data?"),
        ("Plan A", "Plan B"),
        ("web-1", "web-2"),
        ("in 2023", "in 2024"),
        ("Is it open on Monday?", "Is it open on Sunday?"),
    ):
        assert not have_same_words(one, other)


@pytest.mark.parametrize(
    "message",
    [
        "No, that's wrong.",
        "no it is the other one",
        "Nope. The tower has 46 metres.",
        "That's not right",
        "That is incorrect, the policy changed.",
        "that isn’t true",
        "This doesn't answer my question",
        "Hm, but that's not what I asked.",
        "Not what I meant",
        "you're wrong",
        "Sorry, I meant the north quay",
        "Wrong!",
        "I didn't ask about the harbour",
        "Nein, das ist falsch.",
        "Das stimmt nicht.",
        "das stimmt so aber nicht",
        "Das ist nicht richtig, es sind 46 Meter.",
        "Aber das ist doch falsch",
        "Falsch.",
        "Ich meinte den Nordkai",
        "Das beantwortet meine Frage nicht",
        "stimmt nicht",
        "Nein, ich wollte den Preis wissen",
    ],
)
def test_a_denial_is_recognised(message: str) -> None:
    assert contradicts(message)


@pytest.mark.parametrize(
    "message",
    [
        "No thanks",
        "No, thank you!",
        "No problem.",
        "no worries, that helps",
        "Nein, danke.",
        "No need, I found it",
        "Thanks, that's right",
        "What is wrong with my invoice?",
        "Is it wrong to share a key?",
        "Which statements are false?",
        "Nobody answered the door. Why?",
        "Notice periods?",
        "Nein-Sager, was ist das?",
        "Was ist falsch an meiner Rechnung?",
        "Stimmt das?",
        "Falsche Lieferung: was nun?",
        "No smoking rules?",
        "No-code tools?",
        "And what does it cost?",
        "",
    ],
)
def test_what_only_sounds_like_a_denial_is_none(message: str) -> None:
    assert not contradicts(message)


def test_the_similarity_counts_words() -> None:
    assert measure("It is 46 metres tall. [1]", "It is 46 metres tall.") == 1.0
    assert measure("It is 46 metres tall.", "It is 48 metres tall.") == pytest.approx(5 / 6)
    assert measure("a b", "") == 0.0
    assert measure("灯塔高四十六米", "灯塔高四十八米") == pytest.approx(6 / 7)


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_similarity_is_one_number_both_ways(one: str, other: str) -> None:
    value = measure(one, other)
    assert 0 <= value <= 1
    assert value == measure(other, one)
    assert measure(one, one) == 1.0


def make_scores(*said: tuple[str, float]) -> list[Score]:
    """Return scores in the order in which they were given."""
    return [
        Score(
            "0" * 32,
            "ask",
            "main",
            AT,
            name,
            SIGNALS[name].source,
            value,
            updated_at=AT + timedelta(seconds=place),
        )
        for place, (name, value) in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], None),
        ([("comment", 0)], None),
        ([("thumb", 1)], True),
        ([("thumb", 0)], False),
        ([("rating", 4)], True),
        ([("rating", 3)], None),
        ([("rating", 2)], False),
        ([("rating", 5), ("thumb", 0)], False),
        ([("thumb", 0), ("rating", 5)], True),
        ([("thumb", 0), ("copied", 1), ("edit_similarity", 1)], False),
        ([("copied", 1)], True),
        ([("copied", 1), ("retry", 1)], True),
        ([("edit_similarity", 0.9)], True),
        ([("edit_similarity", 0.89)], None),
        ([("edit_similarity", 0.2), ("retry", 1)], False),
        ([("retry", 1)], False),
        ([("contradicted", 1)], False),
        ([("abandoned", 1)], False),
        ([("retry", 1), ("thumb", 1)], True),
    ],
)
def test_accepted_is_what_its_definition_says(said: list[tuple[str, float]], expected: bool | None) -> None:
    assert is_accepted(make_scores(*said)) is expected


def test_a_reviewers_or_a_judges_scores_do_not_accept() -> None:
    judged = [replace(score, source="judge") for score in make_scores(("thumb", 1), ("copied", 1))]
    assert is_accepted(judged) is None
    assert find_thumb(judged) is None


def test_a_trace_shows_the_last_thumb() -> None:
    assert find_thumb(make_scores(("thumb", 1))) == 1
    down = replace(make_scores(("thumb", 0))[0], updated_at=AT + timedelta(hours=1), by="bob")
    assert find_thumb([down, *make_scores(("thumb", 1))]) == -1
    assert find_thumb(make_scores(("comment", 1))) is None


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"input": {"question": "Why?"}}, "Why?"),
        ({"input": {"question": "Why?", "max": 3}}, "Why?"),
        ({"input": {"ticket": "It burns.", "language": "de"}}, ""),
        (
            {"input": {}, "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]},
            "b",
        ),
        ({"input": {}, "messages": [{"role": "user", "content": [1]}]}, ""),
        ({"messages": [3]}, ""),
        ({}, ""),
        ({"input": "x"}, ""),
    ],
)
def test_the_question_of_a_trace(described: dict[str, object], expected: str) -> None:
    assert find_question(described) == expected


def test_the_registry_names_each_signal_as_it_names_itself() -> None:
    for name, signal in SIGNALS.items():
        assert (signal.name, bool(signal.definition), bool(signal.holds)) == (name, True, True)
