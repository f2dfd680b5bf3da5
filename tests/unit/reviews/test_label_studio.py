"""Label Studio's form: what goes out comes back the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.reviews.answers import check_answers
from answerable.reviews.label_studio.config import write_config
from answerable.reviews.label_studio.offsets import to_place, to_units
from answerable.reviews.label_studio.tasks import TaskText, read_task, write_task
from answerable.reviews.spec import read_spec
from answerable.reviews.types import Annotation, Item

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LABELS = read_spec(
    {
        "name": "all",
        "labels": [
            {"name": "correct", "kind": "boolean"},
            {
                "name": "fault",
                "kind": "category",
                "options": [{"value": "old", "key": "o"}, {"value": "wrong <&>"}],
            },
            {"name": "tone", "kind": "category", "many": True, "options": [{"value": "a"}, {"value": "b"}]},
            {"name": "help", "kind": "scale", "least": 0, "most": 10},
            {"name": "parts", "kind": "span", "options": [{"value": "wrong"}]},
            {"name": "better", "kind": "correction", "required": False},
        ],
    }
).labels
ANSWER = "The 🗼 stands. It is 👨‍👩‍👧 tall."


def make_item(**changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": 7,
        "queue_id": uuid4(),
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
        "started_at": AT,
        "reason": "random",
        "slice": "",
        "priority": 0,
        "state": "done",
        "gold": None,
        "annotations": 1,
        "final": None,
        "settled_by": None,
        "added_at": AT,
    }
    return Item(**{**values, **changes})


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    spans = st.tuples(st.integers(0, len(ANSWER) - 1), st.integers(1, len(ANSWER))).filter(
        lambda s: s[0] < s[1]
    )
    values: dict[str, Any] = {
        "correct": draw(st.booleans()),
        "fault": draw(st.sampled_from(["old", "wrong <&>"])),
        "tone": draw(st.lists(st.sampled_from("ab"), min_size=1)),
        "help": draw(st.integers(0, 10)),
        "parts": [
            {"start": start, "end": end, "label": "wrong"}
            for start, end in draw(st.lists(spans, min_size=1, max_size=4))
        ],
    }
    better = draw(st.text(max_size=30))
    return check_answers(LABELS, {**values, "better": better} if better else values, text=ANSWER)


@given(said=answers(), gold=st.none() | answers(), seconds=st.floats(0, 1000))
def test_what_goes_out_comes_back(said: dict[str, Any], gold: dict[str, Any] | None, seconds: float) -> None:
    annotation = Annotation(uuid4(), 7, "ann@example.org", said, seconds, AT)
    task = write_task(make_item(gold=gold), TaskText("Why?", ANSWER), LABELS, [annotation])
    read = read_task(task, LABELS)
    assert (read.trace_id, read.span_id) == ("a" * 32, "b" * 16)
    (back, *right) = read.annotations
    assert (back.annotator, back.seconds, back.created_at, back.gold) == (
        "ann@example.org",
        seconds,
        AT,
        False,
    )
    assert check_answers(LABELS, back.labels, text=ANSWER) == said
    assert [check_answers(LABELS, one.labels) for one in right if one.gold] == (
        [] if gold is None else [gold]
    )


@given(text=st.text(max_size=50), place=st.integers(0, 50))
def test_places_are_counted_as_browsers_do(text: str, place: int) -> None:
    place = min(place, len(text))
    units = to_units(text, place)
    assert units == len(text[:place].encode("utf-16-le", "surrogatepass")) // 2
    assert to_place(text, units) == place


def test_the_labels_are_a_configuration_of_a_project() -> None:
    view = ElementTree.fromstring(write_config(LABELS))
    found = {one.get("name"): one for one in view if one.get("toName")}
    assert {name: one.tag for name, one in found.items()} == {
        "correct": "Choices", "fault": "Choices", "tone": "Choices", "help": "Number", "parts": "Labels",
        "better": "TextArea",
    }  # fmt: skip
    assert [choice.get("value") for choice in found["fault"]] == ["old", "wrong <&>"]
    assert [choice.get("hotkey") for choice in found["fault"]] == ["o", None]
    assert (found["tone"].get("choice"), found["better"].get("required")) == ("multiple", "false")


def test_a_task_as_label_studio_itself_exports_it() -> None:
    task = {
        "id": 1,
        "data": {"trace_id": "a" * 32, "answer": ANSWER},
        "annotations": [
            {
                "completed_by": {"id": 3, "email": "ann@example.org"},
                "was_cancelled": False,
                "lead_time": 4.5,
                "created_at": "2026-01-02T03:04:05.000000Z",
                "result": [
                    {
                        "from_name": "correct",
                        "to_name": "answer",
                        "type": "choices",
                        "value": {"choices": ["no"]},
                    },
                    {"from_name": "help", "to_name": "answer", "type": "rating", "value": {"rating": 3}},
                    {
                        "from_name": "better",
                        "to_name": "answer",
                        "type": "textarea",
                        "value": {"text": ["One", "two"]},
                    },
                ],
            },
            {"completed_by": 4, "was_cancelled": True, "result": []},
        ],
    }
    (read,) = read_task(task, LABELS).annotations
    assert (read.annotator, read.created_at, read.seconds) == ("ann@example.org", AT, 4.5)
    assert read.labels == {"correct": False, "help": 3, "better": "One\ntwo"}


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("text", "data.trace_id"),
        ({"data": {}}, "data.trace_id"),
        ({"data": {"trace_id": "a"}, "annotations": 5}, "no list"),
        ({"data": {"trace_id": "a"}, "annotations": [{"completed_by": 1}]}, "without `result`"),
        ({"data": {"trace_id": "a"}, "annotations": [{"result": []}]}, "by whom"),
        (
            {
                "data": {"trace_id": "a"},
                "annotations": [{"completed_by": 1, "result": [{"from_name": "x", "value": {}}]}],
            },
            "no label of the queue",
        ),
        (
            {
                "data": {"trace_id": "a"},
                "annotations": [{"completed_by": 1, "result": [{"from_name": "correct", "value": {}}]}],
            },
            "without `choices`",
        ),
    ],
)
def test_what_is_no_task_is_refused(task: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_task(task, LABELS)
