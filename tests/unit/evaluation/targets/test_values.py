"""What foreign programs return becomes an output: texts, mappings, and objects as well-known libraries make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from answerable.core.errors import UpstreamFailed
from answerable.datasets.types import ToolCall
from answerable.evaluation.targets.values import to_output
from answerable.evaluation.types import Output, Passage, Sentence


def test_a_text_is_an_answer_and_an_output_stays_what_it_is() -> None:
    output = Output(text="Yes.", abstained=False)
    assert to_output("Yes.") == Output(text="Yes.")
    assert to_output(output) is output


def test_the_answer_of_our_own_ask() -> None:
    said = {
        "answer": "It is lit. [1]",
        "sources": ["light.md", "port.md"],
        "citations": [
            {"sentence": "It is lit. [1]", "markers": [1], "verdict": "supported", "passage": {"number": 1}},
            {"sentence": "Perhaps.", "markers": None, "verdict": "certain"},
        ],
        "tokens_used": 30,
        "trace_id": "a" * 32,
        "cost_usd": 0.0021,
        "abstained": False,
        "model": "local:extractive",
    }
    output = to_output(said)
    assert (output.text, output.abstained, output.cost_usd) == ("It is lit. [1]", False, Decimal("0.0021"))
    assert (output.trace_id, output.model) == ("a" * 32, "local:extractive")
    assert output.passages == (Passage("", uri="light.md"), Passage("", uri="port.md"))
    assert output.sentences == (Sentence("It is lit. [1]", (1,), "supported"),)


@pytest.mark.parametrize("name", ["https://a.example/x", "file:///a#0-1", "docs/leave", "leave.md#pay"])
def test_an_address_or_a_path_is_a_document_and_no_text(name: str) -> None:
    assert to_output({"answer": "Yes.", "sources": [name]}).passages == (Passage("", uri=name),)


@pytest.mark.parametrize(
    "text", ["Yes.", "lit", "It is 46.5 metres/tall.", "1858", "46.5", "e.g. light.md", ""]
)
def test_a_text_is_a_passage(text: str) -> None:
    assert to_output({"answer": "Yes.", "contexts": [text]}).passages == (Passage(text),)


def test_json_without_a_usual_name_is_typed_output() -> None:
    output = to_output({"category": "billing", "urgent": True})
    assert (output.text, output.data) == ("", {"category": "billing", "urgent": True})


def test_a_message_of_langchain() -> None:
    message = SimpleNamespace(
        content="Hello.",
        tool_calls=[{"name": "search", "args": {"query": "light"}, "id": "1"}],
        usage_metadata={"input_tokens": 12, "output_tokens": 3, "total_tokens": 15},
    )
    output = to_output(message)
    assert (output.text, output.input_tokens, output.output_tokens) == ("Hello.", 12, 3)
    assert output.tool_calls == (ToolCall("search", {"query": "light"}),)


def test_the_last_state_of_a_langgraph_program() -> None:
    state = {
        "messages": [SimpleNamespace(content="Is it lit?"), SimpleNamespace(content=[{"text": "It is."}])]
    }
    assert to_output(state).text == "It is."


def test_a_response_of_llamaindex() -> None:
    @dataclass
    class Node:
        text: str
        node_id: str
        metadata: dict[str, Any] = field(default_factory=dict)

    node = SimpleNamespace(node=Node("The light is lit.", "n1", {"file_path": "light.md"}), score=0.7)
    output = to_output(SimpleNamespace(response="It is.", source_nodes=[node], metadata={}))
    assert output.text == "It is."
    assert output.passages == (Passage("The light is lit.", id="n1", uri="light.md", score=0.7),)


def test_documents_of_langchain_are_passages() -> None:
    document = SimpleNamespace(page_content="Text.", metadata={"source": "a.md", "start": 3, "end": 8})
    (passage,) = to_output({"answer": "A.", "context": [document]}).passages
    assert passage == Passage("Text.", uri="a.md", start=3, end=8)


@pytest.mark.parametrize("value", [None, 3, True, [1, 2], object()])
def test_what_is_no_answer_is_refused(value: Any) -> None:
    with pytest.raises(UpstreamFailed) as refused:
        to_output(value)
    assert refused.value.code == "no_output"


@pytest.mark.parametrize("cost", ["free", float("nan"), -1, float("inf")])
def test_a_price_that_is_none_is_unknown_and_never_nothing(cost: Any) -> None:
    assert to_output({"answer": "A.", "cost_usd": cost}).cost_usd is None
