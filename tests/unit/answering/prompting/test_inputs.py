"""An app's input against its declared fields."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.answering.prompting.inputs import check_input
from answerable.apps.content import InputField
from answerable.core.errors import InvalidFields
from answerable.llm.types import Image

DECLARED = {
    "text": InputField(max_length=10),
    "tone": InputField(enum=("dry", "warm"), required=False, default="dry"),
    "count": InputField(type="integer", required=False),
    "price": InputField(type="number", required=False),
    "loud": InputField(type="boolean", required=False),
    "tags": InputField(type="array", required=False, max_length=2, enum=("a", "b")),
    "extra": InputField(type="object", required=False),
    "photo": InputField(type="image", required=False),
}


def problems(**given: Any) -> dict[str, str]:
    with pytest.raises(InvalidFields) as caught:
        check_input(DECLARED, given)
    return {problem.at: problem.problem for problem in caught.value.problems}


def test_what_is_absent_takes_its_default_or_is_empty() -> None:
    assert check_input(DECLARED, {"text": "hi", "extra": None}) == {
        "text": "hi",
        "tone": "dry",
        "count": None,
        "price": None,
        "loud": None,
        "tags": [],
        "extra": {},
        "photo": None,
    }


def test_every_wrong_field_is_named_at_once_with_what_is_accepted() -> None:
    found = problems(text="x" * 11, tone="cold", count=1.5, tags=["a", "z"], photo=7, colour="red")

    assert found == {
        "text": "It has 11 characters; at most 10 are accepted.",
        "tone": "'cold' is not one of 'dry', 'warm'.",
        "count": "1.5 is not a whole number.",
        "tags": "'z' is not one of 'a', 'b'.",
        "photo": "7 is not an image: a file, an https address or a base64 data address.",
        "colour": "There is no such field; there are "
        "'text', 'tone', 'count', 'price', 'loud', 'tags', 'extra', 'photo'.",
    }


def test_the_error_reads_as_one_sentence_and_is_a_422() -> None:
    with pytest.raises(InvalidFields) as caught:
        check_input(DECLARED, {"count": True})

    assert caught.value.status == 422
    assert caught.value.detail == (
        "The input does not fit the app: text: It is missing; give text. count: True is not a whole number."
    )


@pytest.mark.parametrize(
    "given",
    [
        {"text": None},
        {"text": " \n"},
        {"text": 5},
        {"text": "a", "price": float("nan")},
        {"text": "a", "price": "3"},
        {"text": "a", "loud": 1},
        {"text": "a", "tags": "a"},
        {"text": "a", "tags": ["a", "b", "a"]},
        {"text": "a", "extra": [1]},
        {"text": "a", "photo": b""},
        {"text": "a", "photo": "/etc/passwd"},
        {"text": "a", "photo": "file:///etc/passwd"},
    ],
)
def test_one_wrong_field_is_enough(given: dict[str, Any]) -> None:
    assert len(problems(**given)) == 1


def test_a_whole_float_is_an_integer() -> None:
    value = check_input(DECLARED, {"text": "a", "count": 3.0})["count"]
    assert (value, type(value)) == (3, int)


def test_nul_and_lone_surrogates_are_taken_out_wherever_they_are() -> None:
    given = {"text": "a\x00b\ud800c 😀", "extra": {"k\x00": ["\udfff", 1, None]}}
    values = check_input(DECLARED, given)

    assert values["text"] == "abc 😀"
    assert values["extra"] == {"k": ["", 1, None]}


def test_an_object_that_is_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert problems(text="a", extra=deep) == {"extra": "It is nested deeper than 64 levels."}


def test_files_may_be_bytes_addresses_or_loaded_images() -> None:
    image = Image(b"png", "image/png")
    for value in (b"bytes", "https://example.com/a.png", "data:image/png;base64,AAAA", image):
        assert check_input(DECLARED, {"text": "a", "photo": value})["photo"] == value


def test_a_long_wrong_value_is_not_repeated_in_full() -> None:
    assert len(problems(text="a", tone="x" * 10_000)["tone"]) < 200
