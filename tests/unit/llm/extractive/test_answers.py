"""What a user gets for each kind of question."""

from __future__ import annotations

import pytest

from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.sources import Source
from tests.unit.llm.extractive.asking import ask, make_request
from tests.unit.llm.extractive.samples import ALL


@pytest.mark.parametrize(
    ("question", "answer", "number"),
    [
        ("Who designed Skerrow Lighthouse?", "Margaret Aldous", 1),
        ("When was the Skerrow lighthouse first lit?", "4 March 1871", 1),
        ("How high is the tower of the lighthouse?", "38 metres", 1),
        ("Why was the light of Skerrow automated?", "keepers could no longer be supplied", 1),
        ("Where does the ferry to Skerrow leave from?", "Port Hallin", 2),
        ("what does a return ticket for the ferry cost", "14.50 pounds", 2),
        ("What is Larkspur?", "a small task queue", 3),
        ("How often does Larkspur retry jobs that fail?", "retried three times", 3),
    ],
)
async def test_the_answer_stands_in_a_quoted_line_with_its_marker(
    model: ExtractiveModel, question: str, answer: str, number: int
) -> None:
    said = await ask(model, make_request(question, *ALL))

    assert any(answer in line and line.endswith(f"[{number}]") for line in said.lines), said.result.text


async def test_a_how_to_answer_brings_the_code_that_it_announces(model: ExtractiveModel) -> None:
    said = await ask(model, make_request("How do I install Larkspur?", *ALL))

    assert "run this command: [3]\n```bash\npip install larkspur\n```" in said.result.text


async def test_a_list_is_quoted_item_by_item(model: ExtractiveModel) -> None:
    said = await ask(model, make_request("Which storage backends does Larkspur support?", *ALL))

    assert "- SQLite, for a single process [3]" in said.lines
    assert "- PostgreSQL, for several of them [3]" in said.lines


@pytest.mark.parametrize(
    "question",
    [
        "What is the boiling point of mercury?",
        "Who won the chess championship of 1972?",
        "How do I configure Kafka consumers?",
        "Wie heißt die Hauptstadt von Australien?",
        "法国的首都是哪里？",
        "hello",
        "?",
    ],
)
async def test_it_abstains_when_nothing_fits(model: ExtractiveModel, question: str) -> None:
    said = await ask(model, make_request(question, *ALL))

    assert said.abstained, said.result.text


async def test_it_abstains_without_sources(model: ExtractiveModel) -> None:
    assert (await ask(model, make_request("Who designed Skerrow Lighthouse?"))).abstained


async def test_german_sources_are_answered_in_german(model: ExtractiveModel) -> None:
    source = Source(
        1,
        "Leuchtturm Skerrow",
        "Der Leuchtturm wurde von der Ingenieurin Margarete Ahlers entworfen. Er wurde am 4. März 1871 in Betrieb "
        "genommen. Der Turm ist 38 Meter hoch.",
    )
    said = await ask(model, make_request("Wann wurde der Leuchtturm in Betrieb genommen?", source))

    assert said.result.text.startswith("Vom Offline-Modell")
    assert "Er wurde am 4. März 1871 in Betrieb genommen. [1]" in said.lines


async def test_chinese_sources_are_answered_in_chinese(model: ExtractiveModel) -> None:
    source = Source(
        1, "斯凯罗灯塔", "斯凯罗灯塔位于斯凯罗岛上。灯塔由工程师王丽设计。灯塔于1871年首次点亮。塔高38米。"
    )
    said = await ask(model, make_request("灯塔由哪位工程师设计？", source))

    assert said.result.text.startswith("离线模型")
    assert "灯塔由工程师王丽设计。 [1]" in said.lines
