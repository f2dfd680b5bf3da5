from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.core.errors import InvalidInput
from answerable.knowledge.index.filters import compile_condition

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(filter=st.dictionaries(st.text(), JSON, max_size=4))
def test_any_json_is_either_compiled_or_refused_as_invalid_input(filter: dict[str, Any]) -> None:
    try:
        condition = compile_condition(None, filter)
    except InvalidInput:
        return
    assert condition.sql.count("%s") == len(condition.params)


@pytest.mark.parametrize(
    ("filter", "says"),
    [
        ({"year": {"above": 3}}, "'above'"),
        ({"year": {}}, "empty"),
        ({"tag": {"in": []}}, "1 to 1000"),
        ({"tag": {"in": "abc"}}, "list"),
        ({"year": {"gte": None}}, "number or a text"),
        ({"year": {"gte": True}}, "number or a text"),
        ({"year": float("nan")}, "finite"),
        ({"tag": ["a"]}, "text, a finite number"),
        ({"tag": "a\0b"}, "text of at most"),
        ({"tag": "\ud800"}, "text of at most"),
        ({"": 1}, "1 to 500"),
        ({"a\0": 1}, "1 to 500"),
        ({"has": {"exists": 1}}, "true or false"),
        ({"document.id": "7"}, "not a document id"),
        ({"document.size": 7}, "not a field"),
        ({"document.uri": {"gte": "a"}}, "eq, ne and in"),
        ({"document.uri": 7}, "text of at most"),
        ({str(n): n for n in range(21)}, "20 keys"),
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused_with_the_reason(
    filter: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        compile_condition(None, filter)

    assert says in caught.value.detail
    assert caught.value.code == "invalid_filter"
    assert caught.value.hint


def test_values_and_keys_never_stand_in_the_sql() -> None:
    evil = "x') OR true --"

    condition = compile_condition(
        frozenset({evil}), {evil: evil, f"{evil}2": {"lt": evil}, "document.uri": evil}
    )

    assert evil not in condition.sql


def test_no_groups_and_no_filter_is_no_condition() -> None:
    assert not compile_condition(None, None)
    assert not compile_condition(None, {})


def test_a_caller_of_no_group_is_still_restricted() -> None:
    assert compile_condition(frozenset(), None)
