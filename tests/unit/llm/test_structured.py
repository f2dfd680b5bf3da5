"""JSON out of what a model writes around it, and the choice of the way to ask for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_ai.profiles import ModelProfile

from answerable.core.errors import SetupError
from answerable.llm.structured import JsonText, choose_mode
from answerable.llm.types import OutputMode, OutputSchema

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
_ROOTS = st.lists(_VALUES) | st.dictionaries(st.text(), _VALUES)
_WORDS = st.text(alphabet=st.characters(exclude_characters="{[", exclude_categories=["Cs"]))


def read(text: str, size: int = 10_000) -> str:
    found = JsonText()
    pieces = [found.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join(pieces) + found.finish()


@given(value=_ROOTS, before=_WORDS, after=st.text(), size=st.integers(1, 9))
def test_json_is_found_among_words_however_it_is_cut(value: Any, before: str, after: str, size: int) -> None:
    assert json.loads(read(before + json.dumps(value) + after, size)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('Here it is:\n\n{"a": "}"}\n\nAnything else?', '{"a": "}"}'),
        ('{"a": "\\"}"} {"b": 2}', '{"a": "\\"}"}'),
        ('{"a": [1, 2', '{"a": [1, 2'),
        ("  no JSON at all\n", "no JSON at all"),
        ("", ""),
        ("42", "42"),
    ],
)
def test_what_is_not_quite_json_is_passed_on_as_it_is(text: str, expected: str) -> None:
    assert read(text) == read(text, 1) == expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (ModelProfile(supports_json_schema_output=True), "native"),
        (ModelProfile(), "tool"),
        (ModelProfile(supports_forced_tool_choice=False), "prompted"),
        (ModelProfile(supports_tools=False), "prompted"),
    ],
)
def test_auto_takes_the_surest_way_that_the_model_has(profile: ModelProfile, expected: OutputMode) -> None:
    assert choose_mode(OutputSchema({}), profile, "mine:fake-1") == expected


@pytest.mark.parametrize("mode", ["native", "tool"])
def test_a_way_that_is_asked_for_by_name_must_be_there(mode: OutputMode) -> None:
    nothing = ModelProfile(supports_tools=False, supports_json_schema_output=False)
    everything = ModelProfile(supports_json_schema_output=True)
    output = OutputSchema({}, mode=mode)

    assert choose_mode(output, everything, "mine:fake-1") == mode
    with pytest.raises(SetupError, match=f"mine:fake-1 has no {mode} output mode"):
        choose_mode(output, nothing, "mine:fake-1")
