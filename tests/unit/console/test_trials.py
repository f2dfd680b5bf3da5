"""What a trial is made of: the input of a past run, the values of a form, and the figures beside the outcome."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from answerable.apps.content import InputField
from answerable.console.parts.figures import format_cost, format_sum
from answerable.console.parts.input_form import read_values
from answerable.console.parts.outcome import from_trace
from answerable.console.parts.past_inputs import choose_inputs, find_obstacle, preview_input, to_request
from answerable.console.staged_files import MAX_BYTES, StagedFiles
from answerable.core.errors import InvalidInput
from answerable.llm.types import Message
from answerable.traces.types import Trace

FILE = {"media_type": "image/png", "sha256": "0" * 64, "bytes": 4096}


def make_trace(input: dict[str, Any], **values: Any) -> Trace:
    known = {
        "id": "0" * 32,
        "started_at": datetime(2026, 5, 4, tzinfo=UTC),
        "app": "triage",
        "variant": "main@000000000000",
        "variant_hash": "0" * 64,
        "status": "ok",
    }
    return Trace(input=input, **{**known, **values})


def test_a_past_request_is_repeated_for_another_variant_past_the_cache() -> None:
    asked = {
        "input": {"ticket": "Hello"},
        "max_tokens": 50,
        "stop": ["END"],
        "output": {"mode": "auto", "schema": {"type": "object"}},
    }
    request = to_request(make_trace(asked, conversation_id="c"), "triage@terse")
    assert request.purpose == "trial"
    assert request.app == "triage@terse"
    assert request.input == {"ticket": "Hello"}
    assert request.fresh
    assert request.max_tokens == 50
    assert request.stop == ("END",)
    assert request.output is not None
    assert request.output.schema == {"type": "object"}
    assert request.conversation_id is None
    assert request.temperature is None


def test_chat_messages_are_repeated_as_they_were() -> None:
    trace = make_trace(
        {
            "input": {},
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        }
    )
    assert find_obstacle(trace) is None
    assert to_request(trace, "chat").messages == (Message("system", "Be brief."), Message("user", "Hi"))
    assert preview_input(trace) == "Hi"


@pytest.mark.parametrize(
    "asked",
    [
        {"input": {"photo": FILE}},
        {"input": {"pages": [FILE]}},
        {"input": {}, "messages": [{"role": "user", "content": "", "images": [FILE]}]},
    ],
    ids=["field", "list", "message"],
)
def test_an_input_whose_file_was_not_kept_cannot_be_repeated(asked: dict[str, Any]) -> None:
    assert find_obstacle(make_trace(asked)) is not None


def test_an_object_of_the_users_own_is_no_file() -> None:
    assert find_obstacle(make_trace({"input": {"row": {"sha256": "x", "bytes": 1, "name": "y"}}})) is None


def test_each_input_is_offered_once_with_the_answer_of_production() -> None:
    traces = [
        make_trace({"input": {"ticket": ticket}}, variant=variant, id=f"{number:032}")
        for number, (ticket, variant) in enumerate(
            [("b", "draft@1"), ("a", "draft@1"), ("a", "main@1"), ("a", "main@1"), ("b", "other@1")]
        )
    ]
    chosen = choose_inputs(traces, prefer="main@1", limit=10)
    assert [(trace.input["input"]["ticket"], trace.id[-1]) for trace in chosen] == [("b", "0"), ("a", "2")]
    assert len(choose_inputs(traces, prefer=None, limit=1)) == 1


def test_an_answer_out_of_the_cache_is_not_what_a_trial_is_held_against() -> None:
    asked = {"input": {"ticket": "a"}}
    traces = [
        make_trace(asked, id="0" * 31 + str(number), variant=variant, cached=cached)
        for number, (variant, cached) in enumerate(
            [("draft@1", False), ("main@1", True), ("main@1", False), ("main@1", False)]
        )
    ]
    assert [trace.id[-1] for trace in choose_inputs(traces, prefer="main@1", limit=9)] == ["2"]
    assert [trace.id[-1] for trace in choose_inputs(traces[:2], prefer="main@1", limit=9)] == ["1"]


def test_a_preview_is_one_line_that_begins_with_what_says_most() -> None:
    trace = make_trace({"input": {"urgent": True, "ticket": "The door\n\n does not close.", "photo": FILE}})
    assert (
        preview_input(trace)
        == "ticket: The door does not close. · photo: a file of 4,096 bytes · urgent: true"
    )
    assert len(preview_input(make_trace({"input": {"log": "x" * 5000}}))) == 400


def test_a_form_gives_what_was_filled_in_as_its_type() -> None:
    files = StagedFiles()
    fields = {
        "count": InputField(type="integer"),
        "flag": InputField(type="boolean"),
        "tags": InputField(type="array"),
        "note": InputField(),
        "photo": InputField(type="image"),
    }
    given = {
        "count": "3",
        "flag": "true",
        "tags": '["a"]',
        "note": "",
        "photo": {"file": files.put(b"png"), "name": "a.png"},
    }
    assert read_values(fields, given, files) == {"count": 3, "flag": True, "tags": ["a"], "photo": b"png"}
    with pytest.raises(InvalidInput, match="'photo' is no longer here"):
        read_values(fields, given, files)


def test_staged_files_are_bounded_and_the_oldest_goes_first() -> None:
    files = StagedFiles()
    first, second = files.put(b"x" * (MAX_BYTES // 2)), files.put(b"y")
    third = files.put(b"z" * (MAX_BYTES // 2))
    assert files.take(first) is None
    assert files.take(second) == b"y"
    assert files.take(third) is not None
    assert files.take(third) is None


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (None, "price unknown"),
        (Decimal(0), "free"),
        (Decimal("0.00001234"), "$0.000012"),
        (Decimal("0.0000001"), "under $0.000001"),
        (Decimal("0.9999999"), "$1.00"),
        (Decimal("1234.5"), "$1,234.50"),
    ],
)
def test_a_cost_is_written_as_it_is_known(cost: Decimal | None, shown: str) -> None:
    assert format_cost(cost) == shown


def test_a_sum_says_how_many_runs_it_leaves_out() -> None:
    assert format_sum(Decimal("0.5"), unknown=0) == "$0.50"
    assert format_sum(Decimal("0.5"), unknown=1) == "$0.50 and 1 run of unknown price"
    assert format_sum(Decimal(0), unknown=3) == "3 runs of unknown price"


def test_a_failed_run_shows_its_problem_and_no_tokens() -> None:
    outcome = from_trace(
        make_trace({"input": {}}, status="error", error_detail="It is away.", cost_usd=None, duration_ms=12.0)
    )
    assert outcome.problem == "It is away."
    assert outcome.list_facts() == [("Cost", "price unknown"), ("Time", "12 ms")]


def test_json_is_laid_out_so_that_two_of_them_can_be_compared() -> None:
    assert from_trace(make_trace({}, output='{"a":[1]}')).text == '{\n  "a": [\n    1\n  ]\n}'
    assert from_trace(make_trace({}, output="[1] says so.")).text == "[1] says so."
