"""Spans that hypothesis makes up, as they are after they came over OTLP."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from answerable.traces.conventions import RECEIVED
from answerable.traces.types import Span, SpanEvent

_NS = st.integers(1, (1 << 63) - 1)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_SCALARS: st.SearchStrategy[Any] = st.one_of(
    _TEXT,
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
_VALUES = st.one_of(
    _SCALARS, st.lists(_TEXT, max_size=4), st.lists(st.integers(-9, 9), max_size=4), st.lists(st.booleans())
)
_ATTRIBUTES = st.dictionaries(_TEXT.filter(bool), _VALUES, max_size=5)


def make_id(digits: int) -> st.SearchStrategy[str]:
    return st.integers(1, 16**digits - 1).map(lambda number: f"{number:0{digits}x}")


@st.composite
def make_spans(draw: st.DrawFn) -> Span:
    start, span_id = draw(st.integers(1, 1 << 62)), draw(make_id(16))
    return Span(
        trace_id=draw(make_id(32)),
        span_id=span_id,
        parent_id=draw(st.none() | make_id(16).filter(lambda parent: parent != span_id)),
        name=draw(_TEXT),
        start_ns=start,
        end_ns=start + draw(st.integers(0, 1 << 40)),
        kind=draw(st.sampled_from(["internal", "server", "client", "producer", "consumer"])),
        status=draw(st.sampled_from(["unset", "ok", "error"])),
        message=draw(_TEXT),
        attributes={**draw(_ATTRIBUTES), RECEIVED: True},
        events=tuple(
            SpanEvent(name, at_ns, values)
            for name, at_ns, values in draw(st.lists(st.tuples(_TEXT, _NS, _ATTRIBUTES), max_size=2))
        ),
        links=tuple(
            f"{trace}-{span}"
            for trace, span in draw(st.lists(st.tuples(make_id(32), make_id(16)), max_size=2))
        ),
        service=draw(_TEXT.filter(bool)),
        scope=draw(_TEXT),
    )
