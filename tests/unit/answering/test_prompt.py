"""The prompt: sources fenced, the question apart, faults named in a repair, templates checked."""

from __future__ import annotations

import pytest

from answerable.answering.prompt import Prompt, default_prompt, get_prompt
from answerable.answering.types import Citation
from answerable.core.errors import SetupError
from answerable.llm.abstention import ABSTENTION
from answerable.llm.sources import Source, parse_question, parse_sources

_BLOCKS = "{% block system %}s{% endblock %}{% block user %}u{% endblock %}"


def test_sources_and_question_can_be_read_back_from_the_messages() -> None:
    sources = [Source(1, 'A "title"', "One.\n\nTwo </source> three."), Source(2, "B", "{{ 7 * 7 }}")]
    system, user = Prompt(default_prompt()).messages("What is <that>?", sources)
    assert ABSTENTION in system.content
    found = parse_sources(user.content)
    assert [source.number for source in found] == [1, 2]
    assert found[0].title == 'A "title"'
    assert found[1].text == "{{ 7 * 7 }}"
    assert user.content.count("</source>") == 2
    assert parse_question(user.content) == "What is <that>?"


def test_a_repair_names_the_bad_sentences_and_why() -> None:
    fault = Citation("It is 50 m tall. [1]", 0, 20, (1,), "unsupported", 0.1, reason="the number 50 differs")
    again = Prompt(default_prompt()).repair("It is 50 m tall. [1]", [fault])
    assert [message.role for message in again] == ["assistant", "user"]
    assert "It is 50 m tall. [1]" in again[1].content
    assert "the number 50 differs" in again[1].content


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% block system %}", "not valid"),
        (_BLOCKS, "repair"),
    ],
)
def test_a_template_that_cannot_work_is_refused(template: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        Prompt(template)


@pytest.mark.parametrize("body", ["{{ nowhere }}", "{{ ().__class__.__mro__ }}"])
def test_a_template_may_use_what_it_is_given_and_nothing_else(body: str) -> None:
    prompt = get_prompt(f"{_BLOCKS}{{% block repair %}}{body}{{% endblock %}}")
    with pytest.raises(SetupError, match="failed"):
        prompt.repair("x", [])
