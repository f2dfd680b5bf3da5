"""A model's text against an output schema."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.answering.prompting.outputs import OutputCheck
from answerable.core.errors import InvalidInput

INVOICE = {
    "type": "object",
    "properties": {
        "supplier": {"type": "string", "minLength": 1},
        "total": {"type": "number"},
        "date": {"type": "string", "format": "date"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "price": {"type": "number"}},
                "required": ["text", "price"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["supplier", "total", "lines"],
    "additionalProperties": False,
}


def problems(text: str, schema: dict[str, Any] = INVOICE) -> dict[str, str]:
    return {problem.at: problem.problem for problem in OutputCheck(schema).check(text).problems}


def test_what_fits_comes_back_as_data() -> None:
    checked = OutputCheck(INVOICE).check('\n{"supplier": "Ä", "total": 3.5, "lines": []}\n')

    assert not checked.problems
    assert checked.data == {"supplier": "Ä", "total": 3.5, "lines": []}
    assert checked.text == '{"supplier": "Ä", "total": 3.5, "lines": []}'


def test_every_field_that_does_not_fit_is_named_by_its_path() -> None:
    text = '{"supplier": "", "date": "soon", "lines": [{"text": 1, "tax": 2}], "note": "x"}'

    assert problems(text) == {
        "": "It may not have 'note'.",
        "supplier": '"" is shorter than 1 character.',
        "total": "It is missing.",
        "date": '"soon" is not a "date".',
        "lines[0]": "It may not have 'tax'.",
        "lines[0].price": "It is missing.",
        "lines[0].text": '1 is not of type "string".',
    }


@pytest.mark.parametrize(
    "text", ["", "Sorry.", '{"total": 1', "{'a': 1}", "[1] [2]", '{"total": NaN}', "1e999", "[" * 9999]
)
def test_what_is_no_json_says_so(text: str) -> None:
    (found,) = problems(text, {}).values()
    assert found.startswith("It is not JSON: ")


def test_a_thousand_faults_are_not_listed_one_by_one() -> None:
    schema = {"items": {"type": "string"}}
    checked = OutputCheck(schema).check(str(list(range(1000))))
    assert [problem.problem for problem in checked.problems][-1] == "There is more that does not fit."
    assert len(checked.problems) == 21


def test_a_long_value_is_not_repeated_in_full() -> None:
    (found,) = problems('"' + "x" * 10_000 + '"', {"type": "number"}).values()
    assert len(found) < 300


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objct"},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "#/nowhere"},
        {"$ref": "https://example.com/schema.json"},
        {"properties": []},
    ],
)
def test_what_is_no_schema_is_the_callers_error(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        OutputCheck(schema)
    assert caught.value.code == "invalid_schema"


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"allOf": [{"$ref": "#"}]}, {"pattern": "^(a+)+$"}])
def test_a_schema_that_goes_in_circles_ends(schema: dict[str, Any]) -> None:
    OutputCheck(schema).check('"' + "a" * 60 + 'b"')
