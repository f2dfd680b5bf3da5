"""What differs between two variants."""

from __future__ import annotations

from typing import Any

from answerable.apps.content import VariantContent
from answerable.apps.diff import Change, diff_variants
from answerable.apps.types import Variant

BASE: dict[str, Any] = {"kind": "prompt", "model": [["a:b"]], "prompt": {"template": "Describe it."}}


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    old, new = (
        Variant("listing", "photo", VariantContent.model_validate({**BASE, **part}))
        for part in (before, after)
    )
    return diff_variants(old, new).changes


def test_equal_contents_have_no_changes() -> None:
    assert changes({}, {"temperature": 0.0}) == ()


def test_a_setting_is_named_by_its_path() -> None:
    assert changes({}, {"resilience": {"deadline": 5}}) == (
        Change("resilience.deadline", "changed", 60.0, 5.0),
    )


def test_entries_come_and_go() -> None:
    one = {"input": {"notes": {"type": "string"}}}
    (added,) = changes({}, one)
    assert (added.path, added.action, added.before, added.after["type"]) == (
        "input.notes",
        "added",
        None,
        "string",
    )
    (removed,) = changes(one, {})
    assert (removed.path, removed.action, removed.after) == ("input.notes", "removed", None)


def test_models_are_compared_as_a_whole() -> None:
    (change,) = changes({}, {"model": [["a:b", "c:d"], ["local:extractive"]]})
    assert (change.path, change.before, change.after) == (
        "model",
        [["a:b"]],
        [["a:b", "c:d"], ["local:extractive"]],
    )


def test_a_prompt_is_compared_line_by_line() -> None:
    (change,) = changes(
        {"prompt": {"template": "Describe it.\nIn German.\nShort."}},
        {"prompt": {"template": "Describe it.\nIn French.\nShort."}},
    )
    assert change.path == "prompt.template"
    assert change.lines == ("@@ -1,3 +1,3 @@", " Describe it.", "-In German.", "+In French.", " Short.")


def test_a_partial_that_is_new_is_shown_as_lines() -> None:
    (change,) = changes({}, {"prompt": {**BASE["prompt"], "partials": {"tone.md": "Be kind.\nBe brief."}}})
    assert (change.path, change.action) == ("prompt.partials.tone.md", "added")
    assert change.lines[1:] == ("+Be kind.", "+Be brief.")


def test_examples_are_compared_one_by_one() -> None:
    shown = [{"input": {"text": "a"}, "output": "A"}, {"input": {"text": "b"}, "output": "B"}]
    changed = [shown[0], {**shown[1], "output": "Bee"}, shown[0]]
    found = changes(
        {"prompt": {**BASE["prompt"], "examples": shown}}, {"prompt": {**BASE["prompt"], "examples": changed}}
    )
    assert [(change.path, change.action) for change in found] == [
        ("prompt.examples[1].output", "changed"),
        ("prompt.examples[2]", "added"),
    ]


def test_the_order_of_fields_counts_since_a_model_sees_it() -> None:
    schemas = (
        {"output": {"json_schema": {"properties": {name: {"type": "string"} for name in names}}}}
        for names in (("title", "price"), ("price", "title"))
    )
    (change,) = changes(*schemas)
    assert change.path == "output.json_schema.properties (order)"
    assert (change.before, change.after) == (["title", "price"], ["price", "title"])


def test_true_is_not_one() -> None:
    (change,) = changes(
        {"output": {"json_schema": {"maximum": 1}}}, {"output": {"json_schema": {"maximum": True}}}
    )
    assert change.after is True
