"""What the pages about traces are made of: filters in addresses, rows, waterfalls, messages, verdicts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from answerable.console.pages.traces import choose_since
from answerable.console.parts.figures import format_step
from answerable.console.parts.traces.filter_query import list_chips, read_values, to_address, to_filter
from answerable.console.parts.traces.messages import list_calls
from answerable.console.parts.traces.recorded import read_citations
from answerable.console.parts.traces.rows import find_scale, render_rows
from answerable.console.parts.traces.values import write_value
from answerable.console.parts.traces.waterfall import find_look, list_known, list_rows
from answerable.llm.types import Attempt
from answerable.traces import conventions as names
from answerable.traces.reading.tree import build_tree
from answerable.traces.types import TraceFilter
from tests.fakes.traces import make_span, make_trace

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_address_is_a_filter_and_an_address_again() -> None:
    params = {
        "app": "support",
        "since": "24h",
        "status": "error",
        "purpose": "serve",
        "cached": "false",
        "min_cost_usd": "0.01",
        "text": "  refund  ",
        "user": "",
        "utm_source": "mail",
    }
    values, problems = read_values(params, now=NOW)
    assert problems == []
    assert to_filter(values, now=NOW) == TraceFilter(
        app="support",
        since=NOW - timedelta(hours=24),
        status="error",
        purposes=("serve",),
        cached=False,
        min_cost_usd=Decimal("0.01"),
        text="refund",
    )
    again, _ = read_values(
        dict(pair.split("=") for pair in to_address(values).partition("?")[2].split("&")), now=NOW
    )
    assert again == values
    assert to_address({}) == "/traces"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("status", "broken"),
        ("verdict", "maybe"),
        ("purpose", "fun"),
        ("cached", "perhaps"),
        ("min_duration_ms", "slow"),
        ("min_cost_usd", "1 dollar"),
        ("key_id", "7"),
        ("since", "yesterday"),
        ("until", "2026-13-01"),
        ("text", "..."),
        ("text", "word " * 500),
    ],
)
def test_a_filter_that_cannot_be_read_is_left_out_and_named(name: str, text: str) -> None:
    values, problems = read_values({name: text, "app": "support"}, now=NOW)
    assert values == {"app": "support"}
    assert len(problems) == 1
    assert text[:20].strip() in problems[0]


def test_each_chip_leads_to_the_page_without_it() -> None:
    values = {"status": "error", "min_duration_ms": "1500", "since": "2026-11-20T10:00+01:00"}
    assert list(list_chips(values, now=NOW)) == [
        ("Status", "Failed", "/traces?min_duration_ms=1500&since=2026-11-20T10%3A00%2B01%3A00"),
        ("Took at least", "1.5 s", "/traces?status=error&since=2026-11-20T10%3A00%2B01%3A00"),
        ("From", "20 Nov 2026, 09:00 UTC", "/traces?status=error&min_duration_ms=1500"),
    ]


def test_a_saved_view_may_hold_lists_and_flags() -> None:
    values, problems = read_values({"ids": ["a", "b"], "cached": True, "status": None}, now=NOW)
    assert (values, problems) == ({"ids": "a,b", "cached": "true"}, [])
    assert to_filter(values, now=NOW) == TraceFilter(ids=("a", "b"), cached=True)


@pytest.mark.parametrize(
    ("before", "period", "exact", "wanted"),
    [
        ("", "7d", "", "7d"),
        ("7d", "", "", ""),
        ("7d", "7d", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "24h", "2026-01-01T00:00:00Z", "24h"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "", ""),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-02T00:00:00Z"),
    ],
)
def test_of_two_fields_for_the_beginning_the_changed_one_counts(
    before: str, period: str, exact: str, wanted: str
) -> None:
    chosen = choose_since({"since": period, "from": exact}, {"since": before} if before else {})
    assert chosen["since"] == wanted


def test_a_row_escapes_whatever_it_shows() -> None:
    evil = '<img src=x onerror="alert(1)">'
    trace = make_trace(
        input={"input": {"question": evil}}, app=evil, variant=evil, label=evil, user=evil, status="error",
        error_code=evil, cost_usd=None, verdicts={"unsupported": 2}, thumb=-1,
    )  # fmt: skip
    html = render_rows([trace], scale=10)
    assert _list_tags(html).isdisjoint({"img", "script"})
    assert html.count("&lt;img") >= 6
    assert "unknown" in html
    assert "Thumb down" in html
    assert f"/traces/{trace.id}?span={trace.span_id}" in html


def test_one_slow_run_does_not_hide_the_others() -> None:
    usual = [make_trace(duration_ms=100.0 + number) for number in range(40)]
    assert find_scale([*usual, make_trace(duration_ms=60_000)]) < 200
    assert find_scale([make_trace(duration_ms=5), make_trace(duration_ms=50)]) == 50
    assert find_scale([]) == 0


def test_rows_of_a_waterfall_count_what_is_below_them() -> None:
    trace = make_trace()
    root = make_span(trace.id, name="POST /ask", start_ns=0, end_ns=10_000_000)
    search = make_span(
        trace.id, name="retrieval", parent_id=root.span_id, start_ns=1_000_000, end_ns=4_000_000
    )
    inner = make_span(trace.id, name="sql", parent_id=search.span_id, start_ns=2_000_000, end_ns=3_000_000)
    model = make_span(
        trace.id, name="chat m", parent_id=root.span_id, start_ns=5_000_000, end_ns=9_000_000, service="shop",
        status="error", attributes={names.OPERATION: "chat", names.ERROR_TYPE: "timeout"},
    )  # fmt: skip
    rows = list(list_rows(build_tree([model, inner, root, search])))
    assert [(row["name"], row["depth"], row["inner"]) for row in rows] == [
        ("POST /ask", 0, 3),
        ("retrieval", 1, 1),
        ("sql", 2, 0),
        ("chat m", 1, 0),
    ]
    assert (rows[1]["start"], rows[1]["ms"], rows[1]["kind"]) == (1.0, 3.0, "retrieval")
    assert (rows[3]["from"], rows[3]["status"], rows[3]["note"]) == ("shop", "error", "timeout")
    json.dumps(rows)


def test_broken_trees_are_shown_with_what_is_wrong() -> None:
    trace = make_trace()
    one = make_span(trace.id, span_id="1" * 16, parent_id="2" * 16, start_ns=5)
    two = make_span(trace.id, span_id="2" * 16, parent_id="1" * 16, start_ns=6)
    lost = make_span(trace.id, span_id="3" * 16, parent_id="9" * 16, start_ns=7)
    notes = [row["note"] for row in list_rows(build_tree([one, two, lost]))]
    assert len(notes) == 3
    assert any("its own ancestor" in note for note in notes)
    assert any("parent is missing" in note for note in notes)


def test_attributes_of_strangers_may_be_anything() -> None:
    odd = {names.OPERATION: ["chat"], names.HITS: "many", names.OUTPUT_TOKENS: None, names.ERROR_TYPE: 7}
    span = make_span("0" * 32, name="x", attributes=odd, status="error")
    assert find_look(span) == "step"
    (row,) = list_rows(build_tree([span]))
    assert row["note"].startswith("7")
    assert write_value({"a": {1, 2}, "b": b"\x00"})
    assert write_value("[" * 5000).startswith("[[[")
    assert write_value("x" * 30_000).endswith("10,000 more characters")


def test_a_run_without_spans_shows_what_it_timed_itself() -> None:
    trace = make_trace(
        duration_ms=100.0,
        timings_ms={"retrieval": 20.0, "first_token": 50.0, "verification": 95.0, "total": 100.0},
        attempts=(Attempt("a:one", 21, 9, code="timeout"), Attempt("a:two", 30, 60)),
    )
    rows = list(list_known(trace))
    assert [row["name"] for row in rows] == ["run listing", "retrieval", "verification", "a:one", "a:two"]
    assert [row["status"] for row in rows] == ["unset", "unset", "unset", "error", "unset"]
    assert (rows[2]["start"], rows[2]["ms"]) == (20.0, 75.0)


def test_messages_are_read_as_ours_and_as_others_write_them() -> None:
    ours = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    blob = {"type": "blob", "modality": "image", "mime_type": "image/png", "bytes": 2048}
    call = {"type": "tool_call", "name": "lookup", "arguments": {"id": 1}}
    attributes = {
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
        names.INPUT_MESSAGES: json.dumps([*ours, {"role": "user", "parts": [blob]}]),
        names.OUTPUT_MESSAGES: [{"role": "assistant", "parts": [call, "Done."]}, "nonsense"],
    }
    (found,) = list_calls([make_span("0" * 32, attributes=attributes), make_span("0" * 32)])
    assert [(one.role, one.parts[0].text) for one in found.sent] == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("user", "image/png, 2,048 bytes"),
    ]
    assert [part.kind for part in found.received[0].parts] == ["tool_call", "text"]
    assert "lookup" in found.received[0].parts[0].text


@pytest.mark.parametrize(
    "value", ["no json", "{", 7, {"role": "user"}, [1, None], [{"parts": 3}], "[" * 9000]
)
def test_messages_that_are_none_are_nothing(value: Any) -> None:
    calls = list_calls([make_span("0" * 32, attributes={names.INPUT_MESSAGES: value})])
    assert not [part for call in calls for message in call.sent for part in message.parts]


def test_verdicts_stay_with_their_sentences_when_text_was_redacted() -> None:
    kept = [
        {"sentence": "Write to ana@example.org.", "start": 0, "end": 25, "markers": [1], "verdict": "supported",
         "score": 1.0, "source": 1, "passage_start": 0, "passage_end": 4, "reason": None},
        {"sentence": "It is open.", "start": 26, "end": 37, "markers": [], "verdict": "unsupported", "score": 0.1,
         "source": None, "passage_start": None, "passage_end": None, "reason": "nobody says so", "later": 1},
    ]  # fmt: skip
    whole = make_trace(output="Write to ana@example.org. It is open.", citations=tuple(kept))
    assert [(one.start, one.end) for one in read_citations(whole)] == [(0, 25), (26, 37)]
    redacted = make_trace(output="Write to [email]. It is open.", citations=tuple(kept))
    (left,) = read_citations(redacted)
    assert (left.start, left.end, left.verdict, left.markers) == (18, 29, "unsupported", ())


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(0, "0 ms"), (0.0002, "1 µs"), (0.042, "42 µs"), (3.14, "3.1 ms"), (42.4, "42 ms"), (2345, "2.3 s")],
)
def test_steps_are_timed_to_the_microsecond(milliseconds: float, shown: str) -> None:
    assert format_step(milliseconds) == shown


def _list_tags(html: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add(tag)

    Reader().feed(html)
    return found
