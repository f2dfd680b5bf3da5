"""An example comes out of the form as it went in, but for what was changed."""

from __future__ import annotations

import json

import pytest

from answerable.console.parts.datasets.comparison import list_changes
from answerable.console.parts.datasets.example_fields import read_fields, read_json, write_fields, write_json
from answerable.core.errors import InvalidInput
from answerable.datasets.types import Evidence, Example, Provenance, Turn

WHOLE = Example(
    input={"question": "  Who?\nAnd when? "},
    expected="\n Ada,\n in 1883. ",
    acceptable=("Ada did.", "Ada Fisher"),
    history=(Turn("user", "Hello."),),
    evidence=(Evidence("Ada built it.", title="The lighthouse"),),
    tags=("a", "b"),
    weight=1.5,
    metadata={"level": 3},
    provenance=Provenance(trace_id="t1", annotators=("ann",)),
    key="e1",
    split="test",
)
LINES = Example(input={"question": "How?"}, expected="So.", acceptable=("One.\nTwo.",), key="e3")
VALUES = Example(input={"ticket": "It hangs.", "flagged": True}, expected={"queue": "other"}, key="e2")


def as_browser(example: Example) -> dict[str, str]:
    """Return the fields as a browser sends them and the dialog reads them: trimmed, lines ended as in a form."""
    return {name: text.strip().replace("\n", "\r\n") for name, text in write_fields(example).items()}


@pytest.mark.parametrize("example", [WHOLE, LINES, VALUES], ids=["texts", "lines", "values"])
def test_what_was_not_touched_stays_as_it_was(example: Example) -> None:
    assert read_fields(as_browser(example), example) == example


@pytest.mark.parametrize("example", [WHOLE, VALUES], ids=["texts", "values"])
def test_json_that_was_not_touched_is_the_example(example: Example) -> None:
    assert read_json(write_json(example), example) == example


def test_what_was_changed_is_read() -> None:
    fields = {
        **as_browser(WHOLE),
        "expected": "Bo.",
        "tags": "x,  y x",
        "weight": "2",
        "split": "",
        "refuse": "on",
    }
    found = read_fields({**fields, "acceptable": "One.\r\n\r\n Two. "}, WHOLE)
    assert (found.expected, found.tags, found.weight, found.split) == ("Bo.", ("x", "y"), 2.0, "")
    assert (found.acceptable, found.refuse, found.evidence) == (("One.", "Two."), True, WHOLE.evidence)
    assert read_fields({**fields, "expected": ""}, WHOLE).expected is None


def test_json_stays_json() -> None:
    fields = {**as_browser(VALUES), "expected": '{"queue": "billing"}', "input": '{"ticket": "New."}'}
    found = read_fields(fields, VALUES)
    assert (found.expected, found.input) == ({"queue": "billing"}, {"ticket": "New."})


@pytest.mark.parametrize(
    ("name", "text"),
    [("expected", "{queue"), ("input", "[1]"), ("weight", "much")],
    ids=["json", "list", "weight"],
)
def test_what_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInput):
        read_fields({**as_browser(VALUES), name: text}, VALUES)


def test_json_cannot_change_key_or_origin() -> None:
    text = json.dumps({**json.loads(write_json(WHOLE)), "provenance": {"trace_id": "other"}, "key": "other"})
    found = read_json(text, WHOLE)
    assert (found.key, found.provenance) == ("e1", WHOLE.provenance)
    with pytest.raises(InvalidInput, match="Did you mean 'expected'"):
        read_json('{"input": {"q": "?"}, "expectd": 1}', WHOLE)


def test_changes_name_the_fields() -> None:
    after = read_json('{"input": {"question": "Who?", "place": "here"}, "expected": "Ada"}', WHOLE)
    changes = {one.path: one.action for one in list_changes(WHOLE, after)}
    assert changes["input.question"] == "changed"
    assert changes["input.place"] == "added"
    assert changes["evidence"] == "removed"
    assert "provenance" not in changes
