"""What PostgreSQL would refuse or misread never reaches it."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from answerable.db.arrays import to_array
from answerable.traces.writing.copy_text import to_jsonb, to_line


def test_a_line_keeps_its_fields_apart_whatever_is_in_them() -> None:
    line = to_line(("a\tb\nc\rd\\N", None, True, 7, Decimal("0.10"), datetime(2026, 1, 2, tzinfo=UTC)))
    assert line == "a\\tb\\nc\\rd\\\\N\t\\N\tt\t7\t0.10\t2026-01-02T00:00:00+00:00\n"


def test_an_array_quotes_its_texts() -> None:
    assert to_array(()) == "{}"
    assert to_array(('a"b', "c\\d", "", "{}")) == r'{"a\"b","c\\d","","{}"}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"q": "\x00\ud800"}, {"q": "\ufffd?"}),
        ({"q": "a literal \\u0000"}, {"q": "a literal \\u0000"}),
        ({"a": math.nan, "b": [math.inf]}, {"a": "NaN", "b": ["Infinity"]}),
        ({"\x00": 1}, {"\ufffd": 1}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ([datetime(2026, 1, 2, tzinfo=UTC)], ["2026-01-02T00:00:00Z"]),
    ],
)
def test_json_holds_what_can_be_kept(value: Any, expected: Any) -> None:
    assert json.loads(to_jsonb(value)) == expected


def test_what_is_no_json_or_endless_still_gives_json() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: Any = "end"
    for _ in range(5000):
        deep = [deep]
    for value in (endless, deep, object(), {1: {2}}):
        json.loads(to_jsonb(value))
