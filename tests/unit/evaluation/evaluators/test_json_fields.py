"""JSON held against expected JSON, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.evaluation.types import Output
from tests.unit.evaluation.evaluators.making import make_case, score, score_all

_INVOICE = {
    "number": "R-7",
    "total": 119.0,
    "lines": [{"name": "pen", "price": 1.5}, {"name": "ink", "price": 9}],
}


@pytest.mark.parametrize(
    ("options", "given", "share"),
    [
        ({}, _INVOICE, 1.0),
        ({}, {**_INVOICE, "total": 120}, 2 / 3),
        ({"absolute": 1}, {**_INVOICE, "total": 120}, 1.0),
        ({"weights": {"total": 2}}, {**_INVOICE, "total": 120}, 0.5),
        ({"ignore": ["total"]}, {**_INVOICE, "total": 120}, 1.0),
        ({}, {**_INVOICE, "lines": [{"name": "pen", "price": 1.5}]}, (2 + 0.5) / 3),
        (
            {},
            {**_INVOICE, "lines": [{"name": "pen", "price": 2}, {"name": "ink", "price": 9}]},
            (2 + 0.75) / 3,
        ),
        ({}, {**_INVOICE, "currency": "EUR"}, 1.0),
        ({"extra": True}, {**_INVOICE, "currency": "EUR"}, 0.75),
        ({}, {**_INVOICE, "number": "r-7"}, 2 / 3),
        ({"ignore_case": True}, {**_INVOICE, "number": "r-7"}, 1.0),
        ({"similar": True}, {**_INVOICE, "number": "R-8"}, (2 + 2 / 3) / 3),
        ({}, {}, 0.0),
        ({}, [1, 2], 0.0),
    ],
)
async def test_each_field_counts_and_half_a_field_counts_half(
    options: dict[str, Any], given: Any, share: float
) -> None:
    scores = await score({"json_fields": options}, make_case(Output(data=given), _INVOICE))
    assert scores["json_fields"] == pytest.approx(share)
    assert scores["json_exact"] == float(share == 1.0)


async def test_named_fields_are_metrics_of_their_own() -> None:
    case = make_case(Output(data={"number": "R-7", "total": 1}), {"number": "R-7", "total": 2, "other": 3})
    scores = await score({"json_fields": {"fields": ["number", "total"]}}, case)
    assert scores == {
        "json_fields": 0.5,
        "json_exact": 0.0,
        "json_fields.number": 1.0,
        "json_fields.total": 0.0,
    }


async def test_prose_in_place_of_json_is_nothing_right_and_says_so() -> None:
    scores = await score_all("json_fields", make_case("The total is 119.", _INVOICE))
    assert (scores[0].value, scores[0].reason) == (0.0, "The output is no JSON object.")


async def test_the_wrong_fields_are_named() -> None:
    scores = await score_all("json_fields", make_case(Output(data={"a": 1}), {"a": 1, "b": 2}))
    assert scores[0].reason == "Not right: b."
    assert scores[0].details == {"fields": {"a": 1.0, "b": 0.0}}


async def test_text_that_is_expected_is_none_of_its_business() -> None:
    assert await score("json_fields", make_case("Berlin", "Berlin")) == {}
