"""Whatever the text: no error, nothing planted is left, and a second pass finds nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.traces.redaction.redactor import TraceRedactor
from answerable.traces.redaction.texts import TextRedactor
from answerable.traces.types import TracePolicy
from tests.fakes.traces import make_trace

REDACTOR = TextRedactor(ip=True)

SURROUNDINGS = st.text(max_size=60).map(lambda text: f"{text} ") | st.sampled_from(
    ["é ", "密码 ", "\ud800 ", "\x00 ", "card no. ", '{"a": "', r"line\n", "(", "tel. "]
)
PLANTED = st.sampled_from(
    [
        "ann@example.com",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "+49 30 901820",
        "078-05-1120",
        "sk-ant-api03-" + "aB3dE5fG" * 11,
        "ghp_" + "aB3dE5fG" * 5,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(SURROUNDINGS, PLANTED, st.sampled_from(["", " ", ", ", '"}', ").", "\n", " 密码"]))
def test_what_is_planted_is_never_left(before: str, planted: str, after: str) -> None:
    assert planted not in REDACTOR.redact(before + planted + after)


@given(SURROUNDINGS, PLANTED)
def test_also_in_json_within_json(before: str, planted: str) -> None:
    nested = json.dumps(json.dumps({"text": f"{before}\n{planted}\n"}))
    assert planted not in REDACTOR.redact(nested)


@given(st.lists(SURROUNDINGS | PLANTED | st.text(max_size=40), max_size=6).map("".join))
def test_a_second_pass_changes_nothing(text: str) -> None:
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once


@given(st.text(alphabet="0123456789 .-()/+ext", max_size=80))
def test_digits_in_any_order_are_no_trouble(text: str) -> None:
    REDACTOR.redact(text)


@given(st.dictionaries(st.text(max_size=20), JSON, max_size=5), st.sampled_from(["redacted", "none"]))
def test_any_value_goes_through(value: dict[str, object], content: str) -> None:
    policy = TracePolicy(content=content)  # type: ignore[arg-type]
    trace, _ = TraceRedactor().redact(make_trace(input=value), [], policy)
    assert trace is not None


@pytest.mark.parametrize(
    "unit",
    [
        "password ",
        "@",
        "a@a",
        "1 ",
        "4111 ",
        "4",
        "-----BEGIN PRIVATE KEY-----",
        "DE89",
        ":",
        "a://b:",
        "1.",
        "(1)",
        "sk-",
    ],
)
def test_work_grows_no_faster_than_the_text(unit: str) -> None:
    """Counted, not timed: what the detectors look at again and again would show as findings times length."""
    text = unit * (200_000 // len(unit))
    assert len(REDACTOR.redact(text)) <= 2 * len(text)
