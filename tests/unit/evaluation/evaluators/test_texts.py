"""Evaluators that compare texts: exact, contains, regex, numeric, squad, rouge_l."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.evaluation.evaluators.numeric import list_numbers
from answerable.evaluation.evaluators.rouge_l import measure_rouge_l
from answerable.evaluation.evaluators.squad import measure_em, measure_f1
from answerable.evaluation.types import Output
from answerable.llm.abstention import ABSTENTION
from tests.unit.evaluation.evaluators.making import make_case, score


@pytest.mark.parametrize(
    ("entry", "output", "expected", "value"),
    [
        ("exact", "Berlin", "Berlin", 1.0),
        ("exact", "  Berlin \n", "Berlin", 1.0),
        ("exact", "berlin", "Berlin", 0.0),
        ({"exact": {"ignore_case": True}}, "BERLIN", "Berlin", 1.0),
        ({"exact": {"ignore_punctuation": True}}, "Berlin!", "Berlin", 1.0),
        ("exact", "Caf\u0065\u0301", "Caf\u00e9", 1.0),
        ("exact", "42", 42, 1.0),
        ("exact", '{"b": 2, "a": 1.0}', {"a": 1, "b": 2}, 1.0),
        ("exact", 'Here:\n```json\n{"a": 1}\n```', {"a": 1}, 1.0),
        ("exact", '{"a": true}', {"a": 1}, 0.0),
        ("exact", "no JSON", {"a": 1}, 0.0),
    ],
)
async def test_exact_is_the_same_text_or_equal_json(
    entry: Any, output: str, expected: Any, value: float
) -> None:
    assert await score(entry, make_case(output, expected)) == {"exact": value}


async def test_exact_takes_any_acceptable_text() -> None:
    assert await score("exact", make_case("NYC", "New York", acceptable=("NYC",))) == {"exact": 1.0}


async def test_exact_says_nothing_where_nothing_is_expected() -> None:
    assert await score("exact", make_case("Berlin")) == {}
    assert await score("exact", make_case("Berlin", "Berlin", refuse=True)) == {}


@pytest.mark.parametrize(
    ("options", "output", "expected", "value"),
    [
        ({}, "It is Berlin [1].", "Berlin", 1.0),
        ({}, "It is berlin.", "Berlin", 0.0),
        ({"ignore_case": True}, "It is berlin.", "Berlin", 1.0),
        ({}, "New\n York", "New York", 1.0),
        ({}, "red and blue", ["red", "blue"], 1.0),
        ({}, "red", ["red", "blue"], 0.0),
        ({"text": ["sorry", "cannot"]}, "I am sorry.", None, 1.0),
        ({"text": ["sorry", "cannot"], "all": True}, "I am sorry.", None, 0.0),
        ({"text": "sorry", "absent": True}, "I am sorry.", None, 0.0),
        ({"text": "sorry", "absent": True}, "Here it is.", None, 1.0),
    ],
)
async def test_contains(options: dict[str, Any], output: str, expected: Any, value: float) -> None:
    assert await score({"contains": options}, make_case(output, expected)) == {"contains": value}


@pytest.mark.parametrize(
    ("options", "output", "value"),
    [
        ({"pattern": r"\d{4}-\d\d-\d\d"}, "On 2026-01-31.", 1.0),
        ({"pattern": r"\d{4}-\d\d-\d\d", "whole": True}, "On 2026-01-31.", 0.0),
        ({"pattern": "BERLIN", "ignore_case": True}, "Berlin", 1.0),
        ({"pattern": "Größe"}, "Die Größe", 1.0),
        ({"pattern": "as an AI", "absent": True}, "Of course.", 1.0),
    ],
)
async def test_regex(options: dict[str, Any], output: str, value: float) -> None:
    assert await score({"regex": options}, make_case(output)) == {"regex": value}


@pytest.mark.parametrize(
    ("options", "output", "expected", "value"),
    [
        ({}, "It costs 1,234.50 dollars [2].", 1234.5, 1.0),
        ({}, "It is 42 [1].", "42", 1.0),
        ({"absolute": 0.5}, "about 41.6", 42, 1.0),
        ({"relative": 0.01}, "about 41.6", 42, 1.0),
        ({"relative": 0.001}, "about 41.6", 42, 0.0),
        ({"which": "first"}, "7 of 9", 7, 1.0),
        ({}, "7 of 9", 7, 0.0),
        ({"which": "any"}, "7 of 9", 7, 1.0),
        ({"decimal": ","}, "Das kostet 1.234,5 Euro", 1234.5, 1.0),
        ({}, "minus \u22123", -3, 1.0),
        ({}, "no number", 3, 0.0),
        ({"relative": 0.1}, "0.05", 0, 0.0),
    ],
)
async def test_numeric_is_within_its_tolerance(
    options: dict[str, Any], output: str, expected: Any, value: float
) -> None:
    assert await score({"numeric": options}, make_case(output, expected)) == {"numeric": value}


async def test_numeric_takes_the_number_that_the_target_gave_as_data() -> None:
    assert await score("numeric", make_case(Output("7", data=8), 8)) == {"numeric": 1.0}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("v2 costs 3", [3.0]),
        ("1e6 and .5", [1e6]),
        ("10-20", [10.0, 20.0]),
        ("1e999", []),
        ("1\u202f000", [1000.0]),
        ("5 of 10,000,000", [5.0, 1e7]),
        ("1.2.3", []),
        ("1 000", [1.0, 0.0]),
    ],
)
def test_numbers_of_a_text(text: str, numbers: list[float]) -> None:
    assert list_numbers(text) == numbers


@pytest.mark.parametrize(
    ("answer", "expected", "f1", "em"),
    [
        ("The Denver Broncos!", "Denver Broncos", 1.0, 1.0),
        ("an answer", "answer", 1.0, 1.0),
        ("in the city of Berlin", "Berlin", 0.4, 0.0),
        ("Paris", "Berlin", 0.0, 0.0),
        ("", "", 1.0, 1.0),
        ("something", "", 0.0, 0.0),
        ("the", "a", 1.0, 1.0),
        ("red red", "red", 2 / 3, 0.0),
        ("U.S.", "US", 1.0, 1.0),
        ("theatre", "theatre", 1.0, 1.0),
    ],
)
def test_the_rules_of_squad(answer: str, expected: str, f1: float, em: float) -> None:
    assert measure_f1(answer, expected) == pytest.approx(f1)
    assert measure_em(answer, expected) == em


def test_squad_compares_chinese_by_its_characters() -> None:
    assert measure_f1("北京市", "北京") == pytest.approx(0.8)


async def test_squad_takes_the_best_reference_and_no_markers() -> None:
    case = make_case("Denver Broncos [1]", "the Panthers", acceptable=("Denver Broncos",))
    assert await score("squad", case) == {"answer_f1": 1.0, "answer_em": 1.0}


@pytest.mark.parametrize(("said", "value"), [(ABSTENTION, 1.0), ("It is 7.", 0.0)])
async def test_squad_wants_no_answer_where_there_is_none(said: str, value: float) -> None:
    scores = await score("squad", make_case(said, refuse=True))
    assert scores == {"answer_f1": value, "answer_em": value}


@pytest.mark.parametrize(
    ("text", "expected", "measure", "value"),
    [
        ("police kill the gunman", "police killed the gunman", "f1", 0.75),
        ("the gunman kill police", "police killed the gunman", "f1", 0.5),
        ("a b c d", "a c", "precision", 0.5),
        ("a b c d", "a c", "recall", 1.0),
        ("", "a", "f1", 0.0),
        ("مرحبا بالعالم", "مرحبا بالعالم", "f1", 1.0),
    ],
)
def test_rouge_l(text: str, expected: str, measure: str, value: float) -> None:
    assert measure_rouge_l(text, expected, measure) == pytest.approx(value)


async def test_rouge_l_of_a_long_text() -> None:
    words = " ".join(f"word{number}" for number in range(6000))
    assert await score("rouge_l", make_case(words, words)) == {"rouge_l": 1.0}


@pytest.mark.parametrize(("entry", "metric"), [("squad", "answer_em"), ("rouge_l", "rouge_l")])
async def test_an_answer_that_was_kept_as_expected_is_compared_without_its_markers(
    entry: str, metric: str
) -> None:
    scores = await score(entry, make_case("Nine to five [2].", "Nine to five [1]."))
    assert scores[metric] == 1.0
    assert (await score(entry, make_case("5", "[1, 2]")))[metric] == 0.0
