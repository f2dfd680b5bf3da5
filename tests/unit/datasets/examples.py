"""Examples of any content, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from answerable.datasets.types import Evidence, Example, Provenance, ToolCall, Turn

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=3)
TAGS = st.from_regex(r"\A[a-z][a-z0-9.:@/-]{0,20}\Z")
EVIDENCE = st.builds(
    Evidence,
    text=TEXT,
    uri=TEXT,
    title=TEXT,
    start=st.none() | st.integers(0, 99),
    end=st.none() | st.integers(100, 200),
    relevance=st.floats(0, 3),
).filter(lambda one: bool(one.text or one.uri))
TURNS = st.builds(Turn, role=st.sampled_from(["user", "assistant"]), text=TEXT)
PROVENANCE = st.builds(
    Provenance,
    trace_id=st.none() | st.just("a" * 32),
    app=TEXT,
    annotators=st.lists(TEXT, max_size=2).map(tuple),
    added_by=NAMES,
    source=TEXT,
)

EXAMPLES = st.builds(
    Example,
    input=st.dictionaries(NAMES, JSON, min_size=1, max_size=3),
    expected=JSON,
    acceptable=st.lists(TEXT, max_size=2).map(tuple),
    refuse=st.booleans(),
    tool_calls=st.lists(st.builds(ToolCall, name=NAMES, arguments=OBJECTS), max_size=2).map(tuple),
    history=st.lists(TURNS, max_size=2).map(tuple),
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
    tags=st.lists(TAGS, max_size=3, unique=True).map(tuple),
    weight=st.floats(0.001, 1000),
    metadata=OBJECTS,
    provenance=PROVENANCE,
    key=st.from_regex(r"\A[a-zäж0-9][a-zäж0-9 _#.-]{0,20}[a-z0-9]\Z"),
    split=st.sampled_from(["", "dev", "test"]),
)
