"""An answer of ours as the output that evaluators see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from answerable.answering.measuring import to_output
from answerable.answering.types import Answer, Citation
from answerable.datasets.types import Example, Turn
from answerable.knowledge.types import DocumentRef, Hit, HitScores
from answerable.llm.types import Usage

DOCUMENT = DocumentRef(UUID(int=7), "light.md", "Harbour guide", {})
HIT = Hit(DOCUMENT, "7:0", "It is lit.", (), None, 3, 13, 0.8, HitScores(0.7, 2.0))


def make_answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "answer": "It is lit. [1]",
        "sources": (HIT,),
        "citations": (Citation("It is lit. [1]", 0, 14, (1,), "supported", 0.9),),
        "tokens_used": 30,
        "cost_usd": Decimal("0.001"),
        "trace_id": "a" * 32,
        "app": "ask",
        "variant": "main@0123",
        "model": "m",
        "timings_ms": {"first_token": 12.0, "total": 30.0},
        "usage": Usage(input_tokens=20, output_tokens=10),
        **changes,
    }
    return Answer(**values)


def test_everything_that_evaluators_look_at_comes_along() -> None:
    output = to_output(make_answer(), Example(input={"question": "Is it lit?"}))
    (passage,), (sentence,) = output.passages, output.sentences
    assert (passage.id, passage.document_id, passage.uri) == ("7:0", str(UUID(int=7)), "light.md")
    assert (passage.start, passage.end, passage.text) == (3, 13, "It is lit.")
    assert (sentence.text, sentence.markers, sentence.verdict) == ("It is lit. [1]", (1,), "supported")
    assert (output.latency_ms, output.first_token_ms) == (30.0, 12.0)
    assert (output.input_tokens, output.output_tokens, output.cost_usd) == (20, 10, Decimal("0.001"))
    assert (output.abstained, output.trace_id, output.turns) == (False, "a" * 32, ())


def test_an_app_without_sources_does_not_know_whether_it_abstained() -> None:
    assert to_output(make_answer(sources=(), citations=()), Example(input={"a": "b"})).abstained is None
    assert to_output(make_answer(abstained=True, sources=()), Example(input={"a": "b"})).abstained is True


def test_a_conversation_ends_in_the_answer() -> None:
    history = (Turn("user", "Hello."), Turn("assistant", "Hello!"))
    output = to_output(make_answer(), Example(input={"question": "Is it lit?"}, history=history))
    assert output.turns == (*history, Turn("user", "Is it lit?"), Turn("assistant", "It is lit. [1]"))
