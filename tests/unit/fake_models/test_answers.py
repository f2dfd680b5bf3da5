"""What the fake model says, without a server around it."""

from __future__ import annotations

import json

import pytest

from answerable.fake_models.answers import answer, find_question, split_pieces
from answerable.fake_models.behaviours import Behaviour, BehaviourPlan, choose_behaviour
from answerable.fake_models.exchange import Prompt
from answerable.fake_models.samples import sample
from answerable.llm.sources import Source, render_question, render_sources

SOURCES = [
    Source(1, "Rivers", "The Rhine is 1,233 km long. The Rhône is shorter."),
    Source(2, "Peaks", "The Dufourspitze is the highest peak.\nIt is 4,634 m high."),
]


def ask(question: str, behaviour: Behaviour = Behaviour.NORMAL, sources: list[Source] = SOURCES) -> str:
    text = f"{render_sources(sources)}\n\n{render_question(question)}"
    return answer(Prompt(model="fake-1", text=text, question=text), behaviour).text


def test_cites_the_source_that_holds_the_answer() -> None:
    assert ask("How long is the Rhine?") == "The Rhine is 1,233 km long [1]."
    assert ask("Which is the highest peak?") == "The Dufourspitze is the highest peak [2]."


def test_wrong_citation_names_another_source_or_none_that_exists() -> None:
    assert ask("How long is the Rhine?", Behaviour.WRONG_CITATION) == "The Rhine is 1,233 km long [2]."
    assert ask("How long is the Rhine?", Behaviour.WRONG_CITATION, SOURCES[:1]).endswith("[2].")


def test_without_sources_it_echoes() -> None:
    assert ask("How long is the Rhine?", sources=[]).startswith("This is a fake model. You said: How long")


@pytest.mark.parametrize(
    "prompt",
    [
        "Use the sources.\n\nQuestion: How long\nis it?",
        "Question: Is this an example?\n\nQuestion: How long\nis it?",
        "<question>\nHow long\nis it?\n</question>\nAnswer in one sentence.",
    ],
)
def test_the_question_is_found_among_instructions(prompt: str) -> None:
    assert find_question(prompt) == "How long\nis it?"


@pytest.mark.parametrize("text", ["one two", " lead", "trail  ", "a\n\nb", "", "日本語 です"])
def test_streaming_loses_nothing(text: str) -> None:
    assert "".join(split_pieces(text)) == text


def test_a_schema_that_contains_itself_ends() -> None:
    schema = {
        "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
        "$ref": "#/$defs/node",
    }
    assert json.dumps(sample(schema, "text")).count("next") < 20


def test_a_schema_of_a_choice_takes_what_the_text_names() -> None:
    schema = {"anyOf": [{"type": "string", "enum": ["low", "high"]}, {"type": "null"}]}
    assert sample(schema, "The urgency is high") == "high"


def test_the_name_beats_the_header_and_the_header_beats_the_plan() -> None:
    plan = BehaviourPlan(Behaviour.EMPTY)
    header = {"x-fake-behaviour": "stall"}

    assert choose_behaviour("fake-1!cut_stream", header, plan) is Behaviour.CUT_STREAM
    assert choose_behaviour("fake-1", header, plan) is Behaviour.STALL
    assert choose_behaviour("fake-1", {}, plan) is Behaviour.EMPTY


def test_a_plan_for_some_requests_ends() -> None:
    plan = BehaviourPlan()
    plan.set(Behaviour.STALL, times=2)

    assert [plan.take() for _ in range(3)] == [Behaviour.STALL, Behaviour.STALL, Behaviour.NORMAL]
