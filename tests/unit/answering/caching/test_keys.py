"""What makes two requests the same to the cache, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.answering.caching.keys import CacheKey, IndexState, make_key
from answerable.answering.runs import Work
from answerable.answering.types import Caller
from answerable.apps.content import CacheContent, PromptContent
from answerable.llm.types import Image, Message, OutputSchema
from tests.fakes.answers import make_variant, make_work

INDEX = IndexState("docs", 3, 17)


def _key(work: Work, index: IndexState | None = INDEX, models: str = "") -> CacheKey:
    key = make_key(work, index=index, models=models)
    assert key is not None
    return key


PLAIN = _key(make_work())


@pytest.mark.parametrize(
    "question", ["  How much   leave do I get?\n", "How much leave\r\ndo I get?", "How much leave do I get? "]
)
def test_spaces_do_not_make_another_question(question: str) -> None:
    assert _key(make_work(question)).digest == PLAIN.digest


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert (
        _key(make_work("Stra\u00dfe in Ko\u0308ln?")).digest
        == _key(make_work("Stra\u00dfe in K\u00f6ln?")).digest
    )


@pytest.mark.parametrize(
    "work",
    [
        make_work("How much sick leave do I get?"),
        make_work(max_tokens=100),
        make_work(temperature=0.0, seed=1),
        make_work(top_p=0.5),
        make_work(stop=("a",)),
        make_work(messages=(Message("user", "Hi"), Message("user", "How much leave do I get?"))),
        make_work(output=OutputSchema({"type": "object"})),
        make_work(variant=make_variant(prompt=PromptContent(template="y"))),
        make_work(variant=make_variant(temperature=0.5)),
        make_work(caller=Caller(groups=frozenset())),
        make_work(caller=Caller(groups=frozenset({"hr"}))),
    ],
)
def test_whatever_may_change_the_answer_changes_the_key(work: Work) -> None:
    assert _key(work).digest != PLAIN.digest


def test_a_write_to_the_index_another_collection_and_another_provider_change_the_key() -> None:
    states = [IndexState("docs", 3, 18), IndexState("docs", 4, 17), IndexState("other", 3, 17), None]
    digests = {_key(make_work(), state).digest for state in states}
    digests.add(_key(make_work(), models="https://elsewhere").digest)
    assert PLAIN.digest not in digests
    assert len(digests) == 5


def test_groups_count_as_a_set_and_who_asks_does_not_count() -> None:
    one = _key(make_work(caller=Caller(groups=frozenset({"a", "b"}), user="ann")))
    other = _key(make_work(caller=Caller(groups=frozenset({"b", "a"}), user="bob")))
    assert one.digest == other.digest


def test_the_default_spelled_out_is_still_the_default() -> None:
    assert _key(make_work(max_tokens=512, temperature=0.0)).digest == PLAIN.digest


def test_files_count_by_what_is_in_them() -> None:
    def key(value: Any) -> bytes:
        variant = make_variant("prompt")
        return _key(make_work(variant=variant, input={"photo": value, "b": 1}), None).digest

    assert key(b"png") == key(b"png")
    assert len({key(b"png"), key(b"gif"), key(Image(b"png", "image/png")), key([b"png"]), key("png")}) == 5


def test_spaces_inside_an_input_stay_what_they_are() -> None:
    variant = make_variant("prompt")
    keys = {
        _key(make_work(variant=variant, input={"log": text}), None).digest
        for text in ("if a:\n    b", "if a:\nb", "if a:\n    b\n", "if a:\r\n    b")
    }
    assert len(keys) == 2


@pytest.mark.parametrize(
    "work",
    [
        make_work(temperature=0.7),
        make_work(history=(Message("user", "And in Berlin?"),)),
        make_work(variant=make_variant(cache=CacheContent(exact=False))),
        make_work(variant=make_variant("prompt"), input={"x": object()}),
    ],
)
def test_what_varies_is_part_of_a_conversation_or_cannot_be_compared_has_no_key(work: Work) -> None:
    assert make_key(work, index=INDEX) is None


def test_a_question_that_is_missing_or_no_text_is_left_to_the_runner() -> None:
    assert make_key(make_work(None), index=INDEX) is not None
    assert make_key(make_work(7), index=INDEX) is not None


def test_half_a_surrogate_pair_is_hashed_like_any_other_text() -> None:
    assert _key(make_work("a \ud800?")).digest != PLAIN.digest
