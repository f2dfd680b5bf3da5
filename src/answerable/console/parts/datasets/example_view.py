"""Everything that an example says, below each other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from answerable.console.elements import Markup, Tag
from answerable.console.parts.datasets.example_rows import render_tags
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_moment
from answerable.console.parts.traces.values import write_value
from answerable.datasets.types import Evidence, Example


def build_example(example: Example) -> None:
    """Build the parts that the example has."""
    build_input(example.input)
    if example.history:
        build_part("Said before", "\n\n".join(f"{turn.role}: {turn.text}" for turn in example.history))
    build_expected(example)
    for call in example.tool_calls:
        build_part(
            "Expected tool call",
            f"{call.name} {json.dumps(dict(call.arguments), ensure_ascii=False)}",
            mono=True,
        )
    build_evidence(example.evidence)
    if example.tags or example.split:
        with Tag("section", "", "part"):
            Tag("h3", "Split and tags", "label")
            Markup(render_tags(example.tags, example.split), "example-tags")
    if example.metadata:
        build_part("Metadata", write_value(dict(example.metadata)), mono=True)
    _build_origin(example)


def build_input(values: Mapping[str, Any]) -> None:
    """Build each variable below its name."""
    for name, value in values.items():
        build_part(name.capitalize(), write_value(value), mono=not isinstance(value, str))


def build_expected(example: Example) -> None:
    """Build what is right: texts, JSON, or that there is no answer."""
    if example.refuse:
        build_part("Expected", "No answer: to decline is right.")
    if example.expected is not None:
        build_part("Expected", write_value(example.expected), mono=not isinstance(example.expected, str))
    for text in example.acceptable:
        build_part("As good", text)


def build_evidence(evidence: Iterable[Evidence]) -> None:
    """Build the passages that support what is expected."""
    for one in evidence:
        build_part("Evidence", one.text, note=" · ".join(_describe(one)))


def build_part(title: str, text: str, *, mono: bool = False, note: str = "") -> None:
    """Build a text with a title above. Its direction is that of its first letters."""
    with Tag("section", "", "part"):
        Tag("h3", title, "label")
        Tag("pre", text, "output is-code" if mono else "output", dir="auto")
        if note:
            Tag("p", note, "quiet")


def _describe(evidence: Evidence) -> list[str]:
    place = evidence.title or evidence.uri or evidence.document_id
    grade = "" if evidence.relevance == 1 else f"relevance {evidence.relevance:g}"
    return [word for word in (place, grade) if word]


def _build_origin(example: Example) -> None:
    origin = example.provenance
    facts = [("Weight", f"{example.weight:g}"), ("From", origin.source or "unknown")]
    facts += [("App", " ".join(filter(None, [origin.app, origin.variant])))] if origin.app else []
    facts += [("Labelled by", ", ".join(origin.annotators))] if origin.annotators else []
    facts += [("Added by", origin.added_by)] if origin.added_by else []
    if example.added_at is not None:
        facts.append(("At", f"{format_moment(example.added_at)} UTC"))
    with Tag("section", "", "part"):
        build_facts(facts)
        if origin.trace_id:
            Tag("a", "The run that it comes from", href=f"/traces/{origin.trace_id}")
