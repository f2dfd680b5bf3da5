"""What the fake model says, without a server around it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from answerable.fake_models.answers import answer, split_pieces
from answerable.fake_models.behaviours import Behaviour, BehaviourPlan, choose_behaviour
from answerable.fake_models.exchange import Prompt
from answerable.fake_models.questions import find_question
from answerable.fake_models.samples import sample
from answerable.llm.sources import Source, render_question, render_sources

SOURCES = [
    Source(1, "Rivers", "The Rhine is 1,233 km long. The Rhône is shorter."),
    Source(2, "Peaks", "The Dufourspitze is the highest peak.\nIt is 4,634 m high."),
]


def ask(question: str, behaviour: Behaviour = Behaviour.NORMAL, sources: list[Source] = SOURCES) -> str:
    text = f"{render_sources(sources)}\n\n{render_question(question)}"
    return answer(Prompt(model="fake-1", text=text, said=(text,)), behaviour).text


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


FORM = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 8},
        "price": {"type": "number", "minimum": 5},
        "due": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
}


def fill(*said: str, behaviour: Behaviour = Behaviour.NORMAL, text: str = "", schema: Any = FORM) -> str:
    return answer(Prompt(model="fake-1", text=text, said=said, schema=schema), behaviour).text


def test_json_is_filled_from_what_was_said_and_keeps_its_bounds() -> None:
    filled = json.loads(fill("Title: A very long one\nPrice: 2\nTo be paid by 2026-03-04."))
    assert filled == {"title": "A very l", "price": 5.0, "due": "2026-03-04", "tags": filled["tags"]}
    assert len(filled["tags"]) == 2


def test_a_request_to_answer_again_fills_nothing_in() -> None:
    once, again = (
        fill("Title: One"),
        fill("Title: One", "Your answer does not fit the JSON Schema:\n- title: wrong"),
    )
    assert once == again


def test_spoiled_json_fits_nothing() -> None:
    wrong = json.loads(fill("Title: One", behaviour=Behaviour.INVALID_OUTPUT))
    assert wrong == {"title": ["One"], "price": [5.0], "due": ["2026-01-31"], "tags": "none"}
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(fill("Title: One", behaviour=Behaviour.NEVER_VALID))


def test_a_schema_in_words_gets_json_in_a_fence() -> None:
    text = f"Always respond with a JSON object that's compatible with this schema:\n\n{json.dumps(FORM)}\n\nPlease."
    fenced = fill("Title: One", text=text, schema=None)

    assert fenced.startswith("```json\n{")
    assert json.loads(fenced.strip("`").removeprefix("json"))["title"] == "One"


@pytest.mark.parametrize(
    ("behaviour", "model", "fingerprint"),
    [
        (Behaviour.NORMAL, "fake-1", "fp_fake_1"),
        (Behaviour.PATCHED, "fake-1", "fp_fake_2"),
        (Behaviour.RENAMED, "fake-1-2026-11-01", "fp_fake_2"),
        (Behaviour.DRIFTED, "fake-1", "fp_fake_1"),
    ],
)
def test_says_which_model_it_is(behaviour: Behaviour, model: str, fingerprint: str) -> None:
    reply = answer(Prompt(model="fake-1!normal", text="Hello?", said=("Hello?",)), behaviour)
    assert (reply.model, reply.fingerprint) == (model, fingerprint)


def test_a_model_that_has_drifted_passes_on_most_questions_and_always_on_the_same() -> None:
    said = [ask(f"How long is the Rhine, {number}?", Behaviour.DRIFTED) for number in range(40)]
    passed = sum("Rhine is 1,233" not in one for one in said)
    assert 20 < passed < 40
    assert said == [ask(f"How long is the Rhine, {number}?", Behaviour.DRIFTED) for number in range(40)]


def test_it_judges_citations_by_the_words_of_the_cited_source() -> None:
    rows = [
        {"id": 1, "cites": [1], "sentence": "The Rhine is 1,233 km long."},
        {"id": 3, "cites": [2], "sentence": "The Rhine is 1,233 km long."},
        {"id": 4, "cites": [1, 9], "sentence": "The Rhine is 900 km long."},
    ]
    text = f"{render_sources(SOURCES)}\n\nSentences:\n" + "\n".join(map(json.dumps, rows))
    prompt = Prompt(model="fake-1", text=text, said=(text,))
    verdicts = json.loads(answer(prompt, Behaviour.NORMAL).text)["verdicts"]
    assert [(row["id"], row["verdict"], row.get("source")) for row in verdicts] == [
        (1, "supported", 1),
        (3, "unsupported", None),
        (4, "unsupported", None),
    ]
