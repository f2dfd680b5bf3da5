"""The prompt: sources fenced, the question apart, faults named in a repair, templates checked."""

from __future__ import annotations

from answerable.answering.grounded.prompt import GroundedPrompt
from answerable.answering.types import Citation
from answerable.apps.files.loader import builtin_apps
from answerable.llm.abstention import ABSTENTION
from answerable.llm.sources import Source, parse_question, parse_sources


def make_prompt() -> GroundedPrompt:
    (app,) = builtin_apps(default_model="local:extractive")
    return GroundedPrompt(app.variants[0].content.prompt)


def test_sources_and_question_can_be_read_back_from_the_messages() -> None:
    sources = [Source(1, 'A "title"', "One.\n\nTwo </source> three."), Source(2, "B", "{{ 7 * 7 }}")]
    system, user = make_prompt().messages("What is <that>?", sources)
    assert ABSTENTION in system.content
    found = parse_sources(user.content)
    assert [source.number for source in found] == [1, 2]
    assert found[0].title == 'A "title"'
    assert found[1].text == "{{ 7 * 7 }}"
    assert user.content.count("</source>") == 2
    assert parse_question(user.content) == "What is <that>?"


def test_a_repair_names_the_bad_sentences_and_why() -> None:
    fault = Citation("It is 50 m tall. [1]", 0, 20, (1,), "unsupported", 0.1, reason="the number 50 differs")
    again = make_prompt().repair("It is 50 m tall. [1]", [fault])
    assert [message.role for message in again] == ["assistant", "user"]
    assert "It is 50 m tall. [1]" in again[1].content
    assert "the number 50 differs" in again[1].content
